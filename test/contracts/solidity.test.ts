// Fuzz tests and invariants that are written in Solidity, below test/contracts/solidity.
import { describeSolidityTests } from "../support/solidity-tests.ts";

await describeSolidityTests("default");
