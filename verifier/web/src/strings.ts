/** Everything that the page says, but for the words of the checks themselves, which the command line shares. */
export const STRINGS = {
  title: "Was I counted?",
  intro:
    "An exchange that uses Plimsoll proves, without showing anybody's account, that every account's collateral covers its margin and that its reserves cover what it owes. " +
    "Such a proof covers only accounts that are in it. Here you check that yours is, with your own holdings. " +
    "Everything happens in this browser: your file is not uploaded.",
  bundle: {
    heading: "1. Your file",
    choose:
      "Choose the file that the exchange gave you (a bundle, .json), or drop it on this page; its signed statement too, if you have one",
    fetching: "Fetching your file",
    tooLarge: (megabytes: number) =>
      `This file has ${megabytes} MB; a bundle has some kilobytes. Choose the file that the exchange gave you for your account.`,
    notABundle: (why: string) =>
      `This is not a bundle, nor a statement: ${why}. Choose the .json file that the exchange gave you for your account.`,
    notFetched: (origin: string) =>
      `${origin} gave no bundle. The link may be of an old epoch or cut short: ask the exchange for yours again.`,
    of: (user: string, exchange: string, epoch: bigint, time: string) =>
      `Account “${user}” of ${exchange}, epoch ${epoch}, snapshot of ${time}`,
    holdings: "What was counted as yours",
    compare: "Is this what you had at that moment? Nobody but you can tell.",
    row: (row: number) => `row ${row}`,
    units: (units: bigint) => `${units} units`,
    sides: { asset: "owned", debt: "owed", long: "long", short: "short" },
    columns: ["What", "How much", "Side"],
    free: (amount: string, quote: string) => `Free collateral: ${amount} ${quote}`,
    quote: "of the quote currency",
    nothing:
      "Nothing at all. If you had anything at that time, this is not your account, or you were left out.",
  },
  statement: {
    holdings: "What the exchange signed that you had",
    sides: { owned: "owned", owed: "owed", long: "long", short: "short" },
  },
  settings: {
    heading: "2. What to compare it with",
    user: "Your user id at the exchange",
    userHint: "Left out, you compare the name yourself.",
    endpoints: "Endpoints of the chain, one a line",
    endpointsHint:
      "Two or more, run by different people: they must agree. Left out, the check is a light one.",
    registry: "Address of the registry",
    registryHint: "From a source other than the file, such as the exchange's announcement.",
    folder: "Public folder of the epoch, as an address",
    folderHint: "It has the policy and all proofs. Or choose a copy of it from your disk:",
    check: "Check",
    badEndpoint: (text: string) => `“${text}” is no address of an endpoint: expected https://…`,
    badRegistry: "Expected an address of 0x and 40 digits for the registry.",
    badAddress: (text: string) => `“${text}” is no address on the web: expected https://…`,
    linkedFolder: (origin: string) =>
      `The link that you followed names a public folder at ${origin}. Nothing was asked there. Press “Check” if you want it to be.`,
    reload: "This page may talk to the endpoints of its first check only. Reload it to use others.",
  },
  steps: {
    heading: "3. The check",
    outcome: { passed: "ok", failed: "failed", "not run": "not checked" },
    done: (passed: number, all: number) => `Nothing failed: ${passed} of ${all} steps were checked.`,
    light:
      "This was a light check: the file fits together, but nothing was compared with the chain, so you may have been shown another proof than everybody else. Name endpoints and the registry above, and press “Check”.",
    failed: (count: number) =>
      `${count === 1 ? "One step" : `${count} steps`} failed. Keep the evidence, and read what to do.`,
    /** The meaning of a step that failed. */
    wouldShow: (meaning: string) => `What it would show: ${meaning}`,
    took: (seconds: string) => `That took ${seconds} seconds.`,
  },
  /** What the steps of both checks are called here; one without a title goes by the name that the command line has. */
  titles: {
    account: "Your account",
    holdings: "Your holdings",
    owner: "Owner key",
    identity: "Hidden identity",
    canonical: "Form of the holdings",
    batch: "Counted in the batch",
    epoch: "Batch counted in the epoch",
    policy: "Rules",
    marks: "Prices",
    "free collateral": "Free collateral",
    attestation: "The same as on the chain",
    "statement's account": "Statement: whose account",
    "statement's exchange": "Statement: in whose name",
    "statement's signature": "Statement: signature",
    "statement's epoch": "Statement: of which moment",
    "statement's names": "Statement: names and units",
    "statement's moment": "Statement and file: one moment",
    "statement's holdings": "Statement and file: the same holdings",
    freshness: "Age",
    shape: "Form of the rules",
    keys: "Keys",
    circuits: "Circuits",
    "set-up": "Set-up of the keys",
    ceremony: "Ceremony",
    claims: "Declared reserves",
    "batch circuits": "Circuits of the batches",
    "accounts root": "List of batches",
    challenges: "Random challenges",
    "batch proofs": "Proofs of the batches",
    "epoch proof": "Proof of the epoch",
    totals: "Published totals",
    "public files": "Files of the folder",
  } as Readonly<Record<string, string>>,
  meanings: {
    account: "The file is about the account with this name. Somebody else's file says nothing of you.",
    holdings: "Only you know what you had. Compare each line with your own statement of that moment.",
    owner: "An owner key can use the account's free collateral by proof. It must be yours, or none.",
    identity:
      "A random number hides your account among the others: without it, a neighbour could guess what you hold.",
    canonical:
      "Holdings are written in the one form that is agreed on, so that nothing can be hidden between the lines.",
    batch: "Your account, with these very holdings, is one of the leaves that the batch's proof is about.",
    epoch: "The batch is one of those that the whole proof is about.",
    policy: "The rules by which margin is computed are the ones that the proof used.",
    marks: "Prices are of the moment of the snapshot.",
    "free collateral":
      "The exchange computed your margin by the published rules, and not to your disadvantage.",
    attestation:
      "Everybody who asks the chain sees the same proof as you. Without this, you might have been shown one made for you alone.",
    totals:
      "What the exchange owes and holds in all, which the proofs keep secret, was published: here it is compared with what was proved.",
    "statement's account":
      "The statement is about this account. What was signed about somebody else says nothing of you.",
    "statement's exchange":
      "The name in the statement is the exchange's own. Anybody can sign in a name that she made up.",
    "statement's signature": "Only the exchange's key can make it, and a single other letter breaks it.",
    "statement's epoch": "The statement is of the very moment that the proof is about.",
    "statement's names": "Its numbers count the same coins, in the same units, as the rules do.",
    "statement's moment": "Statement and file are of one moment and one set of rules.",
    "statement's holdings": "What the exchange signed to you is what it proves to everybody.",
    freshness: "A proof says how things were at its snapshot. An old one says little of today.",
    shape: "The circuit was made for rules of this form.",
    keys: "Proofs are checked with keys, and these are the ones that the epoch named beforehand.",
    circuits: "A circuit is all that a proof has to satisfy. Its key is known to this page by a fingerprint.",
    "set-up": "Keys of one set-up, which is named for what it is.",
    ceremony: "Whoever knows the secrets behind a key can forge proofs. Of development keys everybody does.",
    claims: "What the exchange says that it holds of each asset.",
    "batch circuits": "No batch was proved under a circuit of its own.",
    "accounts root": "No batch is missing, added, or in another's place.",
    challenges: "Random numbers that nobody could choose: they follow from all that was fixed before them.",
    "batch proofs": "The accounts of each batch add up to what it says of them, without showing one.",
    "epoch proof":
      "All accounts together: margin is covered or shortfall insured, and declared reserves cover what is owed.",
    "public files": "Rules, keys and record are the ones that the exchange signed.",
  } as Readonly<Record<string, string>>,
  /** What to do about a step that failed: the likely harmless cause first, then whom to ask for what. */
  advice: {
    account:
      "Is your user id written as the exchange has it? If this is somebody else's file, tell the exchange that it gave it away, and ask for yours.",
    owner:
      "Ask the exchange to take the key out, and who registered it. Until then whoever has it can use your free collateral.",
    identity: "Tell the exchange: its software draws numbers that can be guessed.",
    canonical: "Fetch the file again. If it fails again, the exchange's software is at fault: tell it.",
    batch:
      "Fetch the file again: it may have been changed on its way. If it fails again, the proof does not count what the file says is yours. Ask the exchange for a file that passes: it can make one only if you were counted.",
    epoch:
      "Fetch the file again. If it fails again, your batch is not part of the proof: ask the exchange for a file that passes.",
    policy:
      "Is the public folder that of the file's epoch? If it is, ask the exchange which rules it used, and why the file names others.",
    marks: "Ask the exchange why your margin was computed at prices of another time.",
    "free collateral":
      "Ask the exchange how it computed your margin: by the published rules, with these holdings, it comes out differently.",
    attestation:
      "Are the endpoints those of the right chain, and is the registry's address right? If they are, you were shown another proof than everybody else. Ask the exchange for the transaction that attested this epoch, and other customers what they see.",
    "statement's account":
      "Use your own statement. If the exchange gave you this one as yours, tell it that it gave away somebody else's, and ask for yours.",
    "statement's exchange":
      "Is the registry's address right? If it is, this statement does not bind the exchange: ask it for one in its own name.",
    "statement's signature":
      "Fetch the statement again: it may have been changed on its way. If it fails again, ask the exchange for one that it signed: this one is worth nothing.",
    "statement's epoch": "Ask the exchange for the statement of this epoch's own moment.",
    "statement's names":
      "Is the public folder that of the statement's epoch? If it is, ask the exchange what it means by these names.",
    "statement's moment": "Keep both files, and ask the exchange which of the two is right.",
    "statement's holdings":
      "Keep both files, and ask the exchange why it signed one thing and counted another. If there is no good answer, show both to others.",
    freshness: "Ask the exchange for the file of a newer epoch.",
    circuits:
      "Ask the exchange which circuits it proves with, and somebody who does not depend on it whether they say what they should. Until then these proofs show nothing.",
    "batch proofs": "Get the folder from elsewhere. If it fails again, these accounts were not proved.",
    "epoch proof": "Get the folder from elsewhere. If it fails again, this epoch was not proved.",
    other: "Get the folder from elsewhere. If it fails again, ask the exchange.",
  } as Readonly<Record<string, string>>,
  freshness: {
    young: (age: string) => `the snapshot is ${age} old`,
    old: (age: string) => `the snapshot is ${age} old: ask the exchange why there is no newer one`,
    future: "the snapshot lies in the future: the file or your clock is wrong",
    days: (days: number) => (days === 1 ? "1 day" : `${days} days`),
    hours: (hours: number) => (hours === 1 ? "1 hour" : `${hours} hours`),
  },
  whatToDo: {
    heading: "What to do now",
    read: "Each step below that failed says what to try first, and what to ask.",
    ask: "Send the evidence to the exchange and ask for an explanation. If the explanation does not make this check pass, show the evidence to others: it has your holdings in it, so choose to whom.",
    evidence: "Keep the evidence (a file)",
    evidenceName: (epoch: bigint) => `plimsoll-evidence-epoch-${epoch}.json`,
    statement:
      "If the exchange gave you a signed statement of your account, add it here: nobody can say that you made it up.",
  },
  notProved: {
    heading: "What this does not prove",
    lines: [
      "That other customers were counted: each has to check for herself, or trust that enough do.",
      "That reserves were there between the moments when the registry looked at them.",
      "That prices without a feed on the chain are the market's: independent publishers signed them.",
      "Anything, if the proof was made under development keys: then the second check says so.",
    ],
  },
  everything: {
    heading: "Check everything, without trusting the contract",
    intro:
      "From the public folder: the policy is compiled again, the random challenges are derived again, and every proof of every batch is verified on your machine.",
    start: "Check every proof",
    progress: (done: number, of: number) => `${done} of ${of} proofs`,
    noFolder: "Name the public folder of the epoch first, or choose a copy of it.",
    notFetched: (path: string) => `The public folder has no ${path}. Ask the exchange where it is.`,
    coverage:
      "The exchange chose to publish its totals: they are the sums that the proofs above are about. What it declares to hold stands in the folder: that it is what was compared with balances on the chain when the epoch was attested, this page does not see; `plimsoll verify epoch` with an endpoint does.",
    otherEpoch: "The public folder is of another epoch, registry or accounts root than your file.",
  },
  report: { heading: "Your margin under this policy", closed: "Show margin, scenarios and their pictures" },
  withdraw: "Withdraw from this account by proof",
  busy: "Working…",
  superseded: "Another check was asked for in between.",
  broken: (why: string) => `Something went wrong on this page, not in your file: ${why}`,
} as const;
