import { z } from "zod";
import { CheckRecord } from "../lib/checks/record";

/** The record of a check as a JSON Schema, for those who read reports with other programs. */
export function recordSchema(): object {
  return { title: "What came of one check of docker-network-labs", ...z.toJSONSchema(CheckRecord) };
}
