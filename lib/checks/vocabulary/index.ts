/*
 * The words in which a lab says what must hold: `http(web).from(host()).answers()`. Each sentence ends in a probe,
 * which is plain data.
 */

export * from "./container";
export * from "./engine";
export * from "./http";
export * from "./link";
export * from "./listening";
export * from "./name";
export * from "./tcp";
export * from "./tunnel";
export * from "./udp";
export * from "./vantages";
