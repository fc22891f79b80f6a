/** Unit tests by default; the end-to-end tests on a real engine are a project of their own (bin/test.js runs both). */
const typescript = { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] };

module.exports = {
  projects: [
    {
      displayName: "unit",
      globals: { CDKTF: "cdktf" },
      testEnvironment: "node",
      transform: typescript,
      testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/__tests__/e2e/"],
      modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/dist", "<rootDir>/.lab"],
    },
    {
      // The same snapshots with cdktf's living continuation in its place, for the bindings too (docs/decisions/0001).
      displayName: "cdktn",
      globals: { CDKTF: "cdktn" },
      testEnvironment: "node",
      transform: typescript,
      testMatch: ["<rootDir>/__tests__/labs/*.test.ts"],
      moduleNameMapper: {
        "^cdktf$": "<rootDir>/node_modules/cdktn",
        "^cdktf/(.*)$": "<rootDir>/node_modules/cdktn/$1",
      },
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
