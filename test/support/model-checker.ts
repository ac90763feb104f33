/** What the solver in the Solidity compiler says about a contract's functions. */
export interface Verdicts {
  /** Of checks that hold for all inputs: `Overflow` at a place, once for each way there. */
  readonly proved: number;
  /** Everything else: what fails, what the solver gave up, what it does not understand. */
  readonly unproved: readonly string[];
}

/** A check holds. */
const PROVED = "2961";
/** The engine is deprecated: for loops, which these functions have none of, the other one is the better. */
const DEPRECATED = "3993";

/**
 * Proves of every external function of the contract `Claims` in `Claims.sol` that no input which it lets through makes it
 * overflow, underflow, divide by zero or fail an assertion. By bounded model checking, which without loops is complete.
 */
export async function checkModels(sources: Readonly<Record<string, string>>): Promise<Verdicts> {
  const { default: solc } = await import("solc");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([path, content]) => [path, { content }])),
    settings: {
      evmVersion: "cancun",
      modelChecker: {
        contracts: { "Claims.sol": ["Claims"] },
        engine: "bmc",
        solvers: ["z3"],
        showProvedSafe: true,
        showUnproved: true,
        divModNoSlacks: true,
        targets: ["overflow", "underflow", "divByZero", "assert"],
      },
      outputSelection: { "*": { "*": ["abi"] } },
    },
  };
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as {
    errors?: readonly { readonly errorCode: string; readonly formattedMessage: string }[];
  };
  return {
    proved: errors.filter(({ errorCode }) => errorCode === PROVED).length,
    unproved: errors
      .filter(({ errorCode }) => errorCode !== PROVED && errorCode !== DEPRECATED)
      .map(({ formattedMessage }) => formattedMessage),
  };
}
