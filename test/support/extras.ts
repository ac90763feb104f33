import type {
  GroupCoefficients,
  InstrumentCoefficients,
  PolicyCoefficients,
} from "../../verifier/src/policy/matrix.ts";
import { fedPolicy } from "./feeding.ts";

const feed = {
  pos: { maintenance: 0n, initial: 0n, parent: 1n },
  neg: { maintenance: 0n, initial: 0n, parent: -1n },
};

/** Two scenarios, and a third in which only extras lose. */
const contract = (scenarios: readonly bigint[]): InstrumentCoefficients => ({
  value: 0n,
  maintenance: -300n,
  initial: -600n,
  scenarios,
  shortMaintenance: -300n,
  shortInitial: -600n,
});

/**
 * An expiry whose gains count 90 %: extras 0 and 1 are what a scenario loses of it when its value is negative; extra 2 is at
 * least its loss either way and loses in the third scenario; extra 3, what is sold net, is charged itself and adds to extra 2.
 */
const expiry: GroupCoefficients = {
  instruments: [
    contract([-900n, 900n, 0n, -100n, 100n, -500n, 500n, 40n]),
    contract([-1_800n, 2_700n, 0n, -200n, 300n, 700n, -650n, 60n]),
  ],
  max: { maintenance: 0n, initial: 0n },
  feed: [feed, feed, feed],
  hedges: [],
  extras: [
    { maintenance: 0n, initial: 0n, scenarios: [-1n, 0n, 0n, 1n, 0n, 0n, 0n, 0n] },
    { maintenance: 0n, initial: 0n, scenarios: [0n, -1n, 0n, 0n, 1n, 0n, 0n, 0n] },
    { maintenance: -2n, initial: -3n, scenarios: [0n, 0n, 0n, 0n, 0n, -1n, 0n, 1n] },
    { maintenance: 0n, initial: 0n, scenarios: [0n, 0n, -1n, 0n, 0n, 1n, 1n, 0n] },
  ],
};

/** The expiry feeds a group with two hedging assets, each of which is refunded its own worst scenario. */
export const extrasPolicy: PolicyCoefficients = {
  shape: {
    assets: 2,
    groups: [
      {
        instruments: 2,
        scenarios: 3,
        hedges: [],
        feeds: { by: "scenarios", parent: 1 },
        extras: 4,
        extraColumns: 5,
      },
      { instruments: 1, scenarios: 3, hedges: [0, 1] },
    ],
  },
  assets: fedPolicy.assets.map((asset) => ({
    ...asset,
    maintenance: asset.maintenance - 800_000n,
    initial: asset.initial - 1_000_000n,
  })),
  groups: [
    expiry,
    {
      instruments: [contract([-1_000n, 1_000n, 0n])],
      max: { maintenance: -4n, initial: -5n },
      hedges: [
        { maintenance: 36_000n, initial: 45_000n, scenarios: [-9_000n, 9_000n, 0n] },
        { maintenance: 8_000n, initial: 10_000n, scenarios: [-2_000n, 500n, 0n] },
      ],
    },
  ],
};
