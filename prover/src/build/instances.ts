import instances from "../../../circuits/instances.json" with { type: "json" };
import type { Program } from "./compile.ts";

const SETS = ["test", "demo", "all", "long"] as const;

/** Who needs an instance built: `npm test`, the demo, the full deployment, `npm run test:long`. */
export type InstanceSet = (typeof SETS)[number];

export type Parameter = number | readonly Parameter[];

/** One line of circuits/instances.json; `name` is the stem of every artefact. */
export interface Instance {
  readonly name: string;
  /** Path of the template's file below circuits/. */
  readonly file: string;
  readonly template: string;
  readonly parameters: readonly Parameter[];
  /** Inputs that are public, in order; outputs are public before them. */
  readonly public: readonly string[];
  readonly sets: readonly InstanceSet[];
}

export function listInstances(): readonly Instance[] {
  return instances as readonly Instance[];
}

/** Throws when there is no such instance. */
export function findInstance(name: string): Instance {
  const instances = listInstances();
  const found = instances.find((instance) => instance.name === name);
  if (found) return found;
  const names = instances.map((instance) => instance.name).join(", ");
  throw new Error(`expected an instance of circuits/instances.json (${names}), came "${name}"`);
}

export function isInstanceSet(text: string): text is InstanceSet {
  return (SETS as readonly string[]).includes(text);
}

/** The program of an instance: a main component and nothing else. */
export function instanceProgram(instance: Omit<Instance, "sets">): Program {
  const signals = instance.public.length > 0 ? ` {public [${instance.public.join(", ")}]}` : "";
  const parameters = instance.parameters.map((parameter) => JSON.stringify(parameter)).join(", ");
  return {
    name: instance.name,
    main: [
      "pragma circom 2.2.0;",
      `include "circuits/${instance.file}";`,
      `component main${signals} = ${instance.template}(${parameters});`,
      "",
    ].join("\n"),
  };
}
