// Fetches each URL of the arguments by `wasi:http`. Prints the status and the body, or the error. A
// test compares the lines.

import { getArguments } from 'wasi:cli/environment@0.2.0';

export const run = {
  async run() {
    for (const url of getArguments().slice(1)) {
      console.log(`url ${url}`);
      try {
        const response = await fetch(url);
        console.log(`status ${response.status}`);
        console.log(`body ${JSON.stringify(await response.text())}`);
      } catch (error) {
        console.log(`error ${error.name}`);
      }
    }
  },
};
