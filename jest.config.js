/** Unit tests by default; the end-to-end tests on a real engine are a project of their own (bin/test.js runs both). */
const typescript = { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] };

module.exports = {
  projects: [
    {
      displayName: "unit",
      testEnvironment: "node",
      transform: typescript,
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/__tests__/e2e/"],
      modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/dist", "<rootDir>/.lab"],
    },
    {
      displayName: "e2e",
      testEnvironment: "node",
      transform: typescript,
      testMatch: ["<rootDir>/__tests__/e2e/**/*.test.ts"],
      modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/dist", "<rootDir>/.lab"],
    },
  ],
};
