/** Everything that the withdrawal page says, but for the words of checks, contracts and keys, which the command line shares. */
export const STRINGS = {
  title: "Withdraw",
  intro:
    "Here you make your owner key, prove that you may take out what you ask for, and send the proof to the vault. " +
    "The proof shows what you take and to whom, and nothing else of your account. " +
    "Your key and your file stay in this browser: nothing is uploaded, and nothing is stored when you close the page.",
  back: "Was I counted? Check your account first",
  busy: "Working…",
  overtaken: "Something changed in a step before while this was going on. Do this step again.",
  superseded:
    "Your wallet speaks for another account or chain now. Connect again: this page has forgotten your key.",
  broken: (why: string) => `Something went wrong on this page or in your wallet: ${why}`,
  wait: "First do the step before.",
  rejected:
    "You declined in your wallet, and nothing was done. Start again when you want to; nobody else can do it for you.",
  wallet: {
    unnamed: "this browser's wallet",
    endpoint: "your wallet",
    choose: "Wallet",
    chooseHint: "The wallets of this browser that said that they are here.",
    none: "There is no wallet in this browser. Install one as an extension and reload the page, or use the command line: plimsoll vault.",
    noAccount: "Your wallet named no account. Open it, choose one, and connect again.",
    otherChain: (expected: bigint, came: bigint) =>
      `Your wallet is at chain ${came}, and this is about chain ${expected}. Switch the chain in your wallet, then try again.`,
    otherAccount: (address: string) =>
      `Your wallet does not speak for ${address} any more. Choose that account in your wallet, or connect again.`,
  },
  where: {
    heading: "1. Wallet and vault",
    intro:
      "Your wallet says which chain this is about, and asks its own endpoint for this page. It learns which vault you look at.",
    vault: "Address of the vault",
    vaultHint:
      "From a source other than this page, such as the exchange's announcement. It says which registry your key is for.",
    endpoints: "More endpoints of the chain, one a line",
    endpointsHint:
      "Run by others than your wallet's: all must tell the same of the attestation. Left out, you trust your wallet's endpoint alone.",
    connect: "Connect the wallet",
    badVault: "Expected an address of 0x and 40 digits for the vault, its capitals as its checksum has them.",
    noContract: (chainId: bigint) =>
      `There is nothing at this address on chain ${chainId}, where your wallet is. Check the address, or switch the chain in your wallet.`,
    noVault: (chainId: bigint) =>
      `What stands at this address on chain ${chainId} is no vault of Plimsoll, or your wallet's endpoint does not answer. Check the address.`,
    facts: {
      account: "Your wallet",
      chain: "Chain",
      vault: "Vault",
      registry: "Registry",
      state: "State",
    },
    open: "open",
    frozen: (epoch: bigint) => `frozen at epoch ${epoch}: only claims are taken`,
  },
  key: {
    heading: "2. My key",
    intro:
      "Your owner key is a secret number. Whoever has it and your file can take what is free of your account; the exchange never sees it. " +
      "It is in this page's memory alone, until you close or reload it.",
    wallet: "From my wallet",
    walletIntro:
      "The wallet signs one message twice, and the key is made from the signature: so the wallet can make it again, and there is nothing to keep. " +
      "Whoever gets the wallet to sign that message has the key, for ever: sign it here and in Plimsoll's command line only.",
    number: "Number of the key",
    numberHint: "0, unless you gave up an earlier key and made another one.",
    badNumber: "Expected a number from 0 to 4,294,967,295 for the key.",
    fromWallet: "Make my key from the wallet",
    file: "From a key file",
    fileIntro: "The file that `plimsoll identity new` or this page made, with its passphrase.",
    fileName: "key file",
    choose: "Key file (.json)",
    passphrase: "Its passphrase",
    passphraseHint: "It opens the file here and goes nowhere.",
    open: "Open the file",
    noFile: "Choose the key file first.",
    fresh: "A new one, at random",
    freshIntro:
      "For wallets that can't make a key. The file that you save is the only copy: without it and its passphrase, nobody can withdraw from your account until you register another key.",
    newPassphrase: "A new passphrase",
    newPassphraseHint: (characters: number) =>
      `At least ${characters} characters, and none that you use elsewhere.`,
    again: "The same again",
    againHint: "A slip of a finger would lock you out.",
    short: (characters: number) => `Expected a passphrase of at least ${characters} characters, came fewer.`,
    different: "Expected the same passphrase twice, came two.",
    make: "Make a key and save its file",
    fileOf: (owner: string) => `plimsoll-key-${owner.slice(2, 10)}.json`,
    elsewhere:
      "This key is for another chain or registry than the vault's: nothing can be withdrawn with it here. Choose the file for this vault.",
    here: {
      wallet: "Your key is here, made from your wallet.",
      random: "Your key is here, from its file.",
    },
    ownerIs: "Your owner number, which everybody may know",
    register: "Register the key with the exchange",
    registerIntro:
      "Only once: the exchange has to know the number before it can stand in your account. Sign with the wallet that the exchange knows you by, and send the text to the exchange. " +
      "The number counts from its next epoch on.",
    exchange: "The exchange's id",
    exchangeHint: "As the exchange writes it, in your file too.",
    user: "Your user id there",
    userHint: "As in your file.",
    sign: "Sign the registration",
    unnamed: "Expected the exchange's id and your user id, of 1 to 128 characters each.",
    registration: "Registration: send this to the exchange",
    save: "Save it as a file",
    registrationName: "plimsoll-registration.json",
  },
  account: {
    heading: "3. My account",
    intro:
      "The file that the exchange gave you for its newest epoch (a bundle). It is checked as on the other page, and that your key owns it.",
    choose: "Choose your file (.json), or drop it on this page",
    otherPlace:
      "This file is about another chain or registry than the vault's: nothing of it is paid here. Choose your file of this exchange.",
    noOwner:
      "No key was registered in this account when its epoch was made: nothing can be withdrawn by proof. Register your key in step 2 and wait for the next epoch's file.",
    otherOwner:
      "This account has another owner key than yours. If it is somebody else's file, choose your own. If it is yours, make the key in step 2 as you registered it, with the same wallet and number; if you did, write to the exchange at once.",
    failed:
      "This file does not fit together or to the chain: see which step failed. Get a new one from the exchange, and keep this one as evidence.",
    usable: "This account is yours, and its epoch is attested.",
    newest: "It is of the newest attested epoch.",
    older: (epoch: bigint, newest: bigint) =>
      `Epoch ${newest} was attested since this file's epoch ${epoch}. An instant withdrawal needs the file of epoch ${newest}; a forced exit may still do with this one.`,
    free: (amount: string) => `Free collateral at the snapshot: ${amount} of the quote currency.`,
  },
  proof: {
    heading: "4. Proof",
    intro:
      "The proof is made on your machine, for this amount, this recipient and this vault: whoever has it can send it, and nobody can change it. " +
      "It does not say that the amount is still free: what you traded since the snapshot, the exchange knows.",
    purpose: "How",
    purposes: {
      withdraw: { name: "Instant withdrawal", means: "the operator has to sign it, and it pays at once" },
      exit: {
        name: "Forced exit",
        means: "nobody has to agree; the operator pays or refuses in time, or the vault freezes",
      },
      claim: { name: "Claim", means: "from the frozen vault, beside all others" },
    },
    token: "What",
    tokenHint: "Assets of your file that the vault's ledger knows a token of.",
    noTokens:
      "Nothing in your file can be withdrawn here: it holds no asset that the ledger knows a token of.",
    amount: "Amount",
    amountHint: "As in 1.5",
    to: "To whom",
    toHint:
      "An address. A withdrawal pays it at once; exits and claims pay into a purse that only it can empty.",
    badAddress:
      "Expected an address of 0x and 40 digits for the recipient, its capitals as its checksum has them. Copy it again and compare every digit.",
    badAmount: (symbol: string, decimals: number) =>
      `Expected an amount of ${symbol} above 0 with at most ${decimals} decimals, such as 1.5.`,
    make: "Make the proof",
    epoch: {
      "not-frozen": "The vault is not frozen: ask for a withdrawal or an exit.",
      frozen: "The vault is frozen: all that it takes is a claim.",
      "not-newest":
        "An instant withdrawal needs your file of the newest attested epoch. Get it from the exchange, or ask for a forced exit.",
    },
    refused: {
      "under-margined": "Add collateral, and withdraw in the next epoch.",
      balance: "Ask for less: what was paid or pledged since the epoch was opened counts too.",
      charge: "Ask for less: what was paid or pledged since the epoch was opened counts too.",
      "too-many-blocks":
        "This page has no proving key for accounts of so many assets: ask the exchange for one that has.",
    } as Readonly<Record<string, string>>,
    otherAmount:
      "The ledger asks for a proof of another amount or asset than what you ask for now and what it says was paid and pledged. Nothing was proved. Try again; if it stays so, your wallet's endpoint or the vault is not to be trusted.",
    shows: (
      {
        all,
        paid,
        pledged,
        symbol,
        percent,
      }: Record<"all" | "paid" | "pledged" | "symbol" | "percent", string>,
      to: string,
    ) =>
      `It shows ${all} ${symbol} to everybody, for ${to}: that is ${percent} % of what your file has of it. ` +
      `Paid to your key since this epoch was opened: ${paid} ${symbol}, and pledged: ${pledged} ${symbol}; the rest is what you ask for now.`,
    fetching: "Fetching the proving key",
    stages: {
      witness: "Computing what the proof is about",
      "self-test": "Trying the prover of this page",
      key: "Reading the proving key",
      proof: "Proving",
      snarkjs: "Proving with snarkjs, which takes some seconds",
      check: "Checking the proof",
    },
    slowly: (why: string) => `snarkjs made it, which is slower, since the page's own prover did not: ${why}`,
    noFiles: (file: string) =>
      `This page's host has no ${file}, without which nothing can be proved here. Tell whoever hosts the page, or use the command line: plimsoll vault.`,
    tampered: (file: string) =>
      `${file} is not the file of this release. Nothing was proved with it: a false one could give away your account. Tell whoever hosts the page, and use another copy of it.`,
    made: (seconds: string) => `The proof is made, in ${seconds} seconds, and it verifies.`,
    development:
      "It was made under a development key, whose secrets are public: it is good for trying out, and refused on public chains.",
    sign: (file: string) =>
      `Next: save the proof and send the file to the operator, who signs it (plimsoll vault sign-order --proof ${file}); then go on below with what comes back.`,
    save: "Save the proof as a file",
    fileName: (purpose: string, epoch: bigint) => `plimsoll-${purpose}-epoch-${epoch}.json`,
  },
  send: {
    heading: "5. Send",
    intro:
      "Your wallet sends the proof and pays for the transaction; a relayer could, too, with the file. It is tried first without sending: what the vault would refuse costs nothing.",
    file: "The operator's answer, or any proof that you saved",
    fileHint: "A file (.json). A forced exit or a claim just made needs none.",
    fileName: "proof",
    paste: "Or paste its text",
    pasteHint: "What the operator sent back.",
    take: "Take this text",
    ready: (purpose: string, token: string, to: string) => `Ready to send: ${purpose} of ${token} to ${to}.`,
    needsOrder:
      "An instant withdrawal needs the operator's signature, and this has none. Send the saved proof to the operator and choose what comes back, or make a forced exit.",
    otherVault: "This proof is for another vault, chain or registry than the one of step 1.",
    otherToken:
      "This proof names another token than the one that the ledger pays for it. Don't send it; choose the file that you saved, or what the operator sent back.",
    otherProof:
      "This is not the proof that you made above: the operator signed something else. Don't send it; choose the right file, or reload the page to send another proof.",
    notHere:
      "This page sends withdrawals, exits and claims. For other proofs use the command line: plimsoll vault send.",
    send: "Send with my wallet",
    trying: "Trying without sending; if the vault would take it, your wallet asks you to confirm",
    under: "The transaction is under way. Its hash",
    waiting: "Waiting for its block",
    mined: (block: number) => `The transaction is in block ${block}.`,
    done: {
      withdraw: (amount: string, to: string) => `Paid: ${amount} to ${to}.`,
      exit: (id: string, amount: string) =>
        `Exit ${id} asks for ${amount}. The operator pays it or refuses it in time; if not, anybody freezes the vault. Watch it with: plimsoll vault status --exit ${id}`,
      claim: (id: string, amount: string) =>
        `Claim ${id} is registered, for ${amount}. When claims are closed: plimsoll vault pay --claim ${id}`,
    },
  },
  limits: {
    heading: "What this page does not do",
    lines: [
      "It does not know whether you can afford to: what you withdraw is missing when prices move.",
      "It does not hide that these withdrawals are all of one account, nor which batch it is in.",
      "It does not watch: after a forced exit, look at it until it is paid, and answer a refusal in time (plimsoll vault answer).",
      "It does not protect from a false copy of itself: use the exchange's address, or your own copy.",
    ],
  },
} as const;
