// How a story here talks with the test that started it: one JSON value a line, in and out.
//
// The first line heard is what the story is given. `visit` hands an address to the customer, whose
// browser is the test's, and returns where she was sent back to. `tell` ends the dialogue.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function hear() {
  const { value } = await lines.next();
  return JSON.parse(value);
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

export const given = await hear();

export async function visit(address) {
  say({ visit: address.href });
  return new URL(await hear());
}

export function tell(result) {
  say({ result });
  process.stdin.destroy();
}
