// The Solidity tests again, with many more inputs and another seed each time.
import { describeSolidityTests } from "../support/solidity-tests.ts";

await describeSolidityTests("long");
