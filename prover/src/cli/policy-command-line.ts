import type { Command } from "commander";
import { DEMO, example } from "./example.ts";
import type { Outcome } from "./outcome.ts";
import type { PolicyConfigureOptions } from "./policy-configure.ts";
import type { PolicyPublishOptions, PolicySignOptions } from "./policy-publish.ts";
import type { PolicyVerifyOptions } from "./policy-verify.ts";

/** The commands that build, judge and publish policies. */
export function policyCommands(program: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  const policy = program.command("policy").description("build or judge a policy");
  policy
    .command("build")
    .description("hashes, shape and rows of a policy")
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .option("--json", "print JSON")
    .addHelpText("after", example(`policy build ${DEMO}`))
    .action(({ json, ...files }: { riskParameters: string; marks: string; json?: boolean }) =>
      finish(import("./policy-commands.ts").then((on) => on.policyBuildCommand(files, json ?? false))),
    );
  policy
    .command("lint")
    .description("whether a policy is sound, with certificates, and prudent")
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .option("--json", "print JSON")
    .addHelpText("after", example(`policy lint ${DEMO}`))
    .action((files: { riskParameters: string; marks: string }) =>
      finish(import("./policy-commands.ts").then((on) => on.policyLintCommand(files))),
    );
  policy
    .command("diff")
    .description("what changed between two policies, in words, what loosens them first")
    .argument("<a>", "the policy before: a folder with both files, an epoch folder, or one of the files")
    .argument("<b>", "the policy after, of the same kind")
    .option("--json", "print JSON")
    .addHelpText("after", DIFF_EXAMPLES)
    .action((a: string, b: string, { json }: { json?: boolean }) =>
      finish(import("./policy-diff.ts").then((on) => on.policyDiffCommand(a, b, json ?? false))),
    );
  policy
    .command("verify")
    .description("compute a policy's hashes again and compare them with given ones")
    .option("--risk-parameters <file>")
    .option("--marks <file>")
    .option("--epoch <folder>", "epoch folder or its public part: compares with the hashes in its record")
    .option("--policy-hash <hash>", "0x and hex digits")
    .option("--descriptor-hash <hash>", "0x and hex digits")
    .option("--registry <address>", "policy registry: compares with all that it published")
    .option("--rpc <url...>", "endpoints of its chain; several must agree")
    .option("--time <seconds>", "observation time of what was published, the marks' own when left out")
    .addHelpText("after", VERIFY_EXAMPLES)
    .action((options: PolicyVerifyOptions) =>
      finish(import("./policy-verify.ts").then((on) => on.policyVerifyCommand(options))),
    );
  publishing(policy, finish);
}

/** What publishers of a policy, and whoever sends it, need. */
function publishing(policy: Command, finish: (handled: Promise<Outcome>) => Promise<void>): void {
  policy
    .command("sign")
    .description("compile and lint a policy, and sign what comes out as one of its publishers")
    .requiredOption("--risk-parameters <file>")
    .requiredOption("--marks <file>")
    .requiredOption("--registry <address>", "policy registry that the signature is for")
    .requiredOption("--chain-id <number>", "its chain")
    .requiredOption("--key-file <file>", "hex key of the publisher, readable by its owner only")
    .requiredOption("--out <file>", "where the publication goes; one that is there must say the same")
    .option("--time <seconds>", "observation time since 1970, the marks' own when left out")
    .option("--valid-for <seconds>", "how long after it the signatures count: 3600 when left out")
    .option("--publisher <address>", "contract wallet that the key signs for")
    .addHelpText("after", SIGN_EXAMPLE)
    .action((options: PolicySignOptions) =>
      finish(import("./policy-publish.ts").then((on) => on.policySignCommand(options))),
    );
  policy
    .command("publish")
    .description("send a policy that its publishers signed to the registry; anybody may")
    .requiredOption(
      "--publication <file...>",
      "from `policy sign`; signatures of several files are put together",
    )
    .requiredOption("--rpc <url>", "endpoint of the registry's chain")
    .requiredOption("--key-file <file>", "hex key that pays, readable by its owner only")
    .option("--dry-run", "say what it would cost, and send nothing")
    .addHelpText("after", PUBLISH_EXAMPLE)
    .action((options: PolicyPublishOptions) =>
      finish(import("./policy-publish.ts").then((on) => on.policyPublishCommand(options))),
    );
  policy
    .command("configure")
    .description(
      "the owner's next step to another configuration: propose it, or put it in force after its time lock",
    )
    .requiredOption("--config <file>", "deployment file: its policyRegistry says what should be in force")
    .requiredOption("--registry <address>")
    .option("--key-file <file>", "hex key of the owner; left out, nothing is sent")
    .action((options: PolicyConfigureOptions) =>
      finish(import("./policy-configure.ts").then((on) => on.policyConfigureCommand(options))),
    );
}

const DIFF_EXAMPLES = `${example("policy diff examples/demo examples/all")}
  plimsoll policy diff old/marks.json new/marks.json

It exits with 0 whether anything differs or not: \`policy verify\` is the check.`;
const VERIFY_EXAMPLES = `${example(`policy verify ${DEMO}`, "--policy-hash 0x...")}
  plimsoll policy verify --epoch my-epoch-folder
  plimsoll policy verify ${DEMO} --rpc http://127.0.0.1:8545 --registry 0x...`;
const SIGN_EXAMPLE = example(
  `policy sign ${DEMO}`,
  "--registry 0x... --chain-id 31337 --key-file publisher.key --out publication.json",
);
const PUBLISH_EXAMPLE = example(
  "policy publish --publication publication.json --rpc http://127.0.0.1:8545 --key-file relayer.key --dry-run",
);
