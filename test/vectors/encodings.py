"""Makes encodings.json: a second computation of Plimsoll's encodings, written from the design and sharing nothing
with the TypeScript: its own Keccak-f, its own Poseidon with parameters made by the Grain LFSR of the Poseidon paper.
Plain Python 3, no packages. Run: python3 test/vectors/encodings.py > test/vectors/encodings.json
"""

import hashlib
import json
import random

P = 21888242871839275222246405745257275088548364400416034343698204186575808495617

# --- Keccak ---------------------------------------------------------------------------------------------------------

ROTATIONS = {}
x, y = 1, 0
for step in range(24):
    ROTATIONS[(x, y)] = (step + 1) * (step + 2) // 2 % 64
    x, y = y, (2 * x + 3 * y) % 5
ROTATIONS[(0, 0)] = 0


def round_constants():
    register, result = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register <<= 1
            if register & 0x100:
                register ^= 0x171
        result.append(constant)
    return result


ROUND_CONSTANTS = round_constants()


def rotl(value, by):
    return ((value << by) | (value >> (64 - by))) & (2**64 - 1) if by else value


def keccak_f(a):
    for constant in ROUND_CONSTANTS:
        c = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        d = [c[(x - 1) % 5] ^ rotl(c[(x + 1) % 5], 1) for x in range(5)]
        b = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                b[y][(2 * x + 3 * y) % 5] = rotl(a[x][y] ^ d[x], ROTATIONS[(x, y)])
        for x in range(5):
            for y in range(5):
                a[x][y] = b[x][y] ^ (~b[(x + 1) % 5][y] & b[(x + 2) % 5][y])
        a[0][0] ^= constant


def sponge_256(data, suffix):
    rate = 136
    padded = bytearray(data) + bytearray([suffix]) + bytearray(-(len(data) + 1) % rate)
    padded[-1] ^= 0x80
    a = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), rate):
        for i in range(rate // 8):
            a[i % 5][i // 5] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        keccak_f(a)
    return b"".join(a[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


def keccak(data):
    return int.from_bytes(sponge_256(data, 0x01), "big")


for sample in [b"", b"abc", bytes(range(136)), bytes(300)]:
    assert sponge_256(sample, 0x06) == hashlib.sha3_256(sample).digest()
assert keccak(b"") == 0xC5D2460186F7233C927E7DB2DCC703C0E500B653CA82273B7BFAD8045D85A470


def word32(value):
    return value.to_bytes(32, "big")


# --- Poseidon -------------------------------------------------------------------------------------------------------

FULL_ROUNDS = 8
PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68]


class Grain:
    """The 80-bit LFSR that generates Poseidon's parameters: field of 254 bits, S-box x^5."""

    def __init__(self, t, partial):
        bits = [0, 1] + self.bits_of(0, 4) + self.bits_of(254, 12) + self.bits_of(t, 12)
        self.state = bits + self.bits_of(FULL_ROUNDS, 10) + self.bits_of(partial, 10) + [1] * 30
        assert len(self.state) == 80
        for _ in range(160):
            self.step()

    @staticmethod
    def bits_of(value, width):
        return [int(bit) for bit in format(value, f"0{width}b")]

    def step(self):
        s = self.state
        bit = s[62] ^ s[51] ^ s[38] ^ s[23] ^ s[13] ^ s[0]
        self.state = s[1:] + [bit]
        return bit

    def number(self):
        value, taken = 0, 0
        while taken < 254:
            keep, bit = self.step(), self.step()
            if keep:
                value, taken = 2 * value + bit, taken + 1
        return value

    def below_p(self):
        while True:
            value = self.number()
            if value < P:
                return value


PARAMETERS = {}


def parameters(t):
    if t not in PARAMETERS:
        partial = PARTIAL_ROUNDS[t - 2]
        grain = Grain(t, partial)
        constants = [grain.below_p() for _ in range((FULL_ROUNDS + partial) * t)]
        while True:
            points = [grain.number() % P for _ in range(2 * t)]
            if len(set(points)) == 2 * t:
                break
        matrix = [[pow(points[i] + points[t + j], -1, P) for j in range(t)] for i in range(t)]
        PARAMETERS[t] = (partial, constants, matrix)
    return PARAMETERS[t]


def poseidon(inputs):
    t = len(inputs) + 1
    partial, constants, matrix = parameters(t)
    state = [0] + [value % P for value in inputs]
    for r in range(FULL_ROUNDS + partial):
        state = [(value + constants[r * t + i]) % P for i, value in enumerate(state)]
        full = r < FULL_ROUNDS // 2 or r >= FULL_ROUNDS // 2 + partial
        state = [pow(value, 5, P) if full or i == 0 else value for i, value in enumerate(state)]
        state = [sum(m * value for m, value in zip(row, state)) % P for row in matrix]
    return state[0]


# The published value of circomlib's Poseidon of (1, 2).
assert poseidon([1, 2]) == 7853200120776062878684798364095072458815029376092732009249414926327459813530

# --- Encodings ------------------------------------------------------------------------------------------------------

IDENTITY, OWNER, KEY, TRANSCRIPT, POLICY, POLICY_ASSETS, POLICY_GROUP, TOTALS, WEIGHTS, POLICY_ROW = range(1, 11)
AUXILIARY = 2**15
FREE, BLIND = 2**18, 2**18 + 1


def entry(e):
    return e["quantity"] + 2**64 * e["row"]


def word(entries):
    return sum(entry(e) << (82 * i) for i, e in enumerate(entries))


def sponge(tag, items):
    state = tag + 2**32 * len(items)
    items = list(items) + [0] * (-len(items) % 14)
    for start in range(0, len(items), 14):
        state = poseidon([state] + items[start : start + 14])
    return state


def block_hash(prev, entries, meta):
    return poseidon([prev, word(entries[:3]), word(entries[3:]), meta])


def blocks_of(holdings):
    count = max(1, -(-len(holdings) // 6))
    padded = holdings + [{"row": 0, "quantity": 0}] * (6 * count - len(holdings))
    return [padded[6 * i : 6 * i + 6] for i in range(count)]


def account_leaf(identity, holdings, free, under):
    h, blocks = identity, blocks_of(holdings)
    for i, block in enumerate(blocks):
        last = i == len(blocks) - 1
        meta = (free + 2**64 * under if last else 0) + 2**65 * (i == 0)
        h = block_hash(h, block, meta)
    return h


def tree(slots):
    levels = [list(slots)]
    for _ in range(3):
        below = levels[-1]
        padded = below + [0] * (-len(below) % 16)
        levels.append([poseidon(padded[i : i + 16]) for i in range(0, len(padded), 16)])
    assert len(levels[-1]) == 1
    return levels


def path(levels, slot):
    siblings = []
    for level in levels[:3]:
        start = slot - slot % 16
        group = (level + [0] * 16)[start : start + 16]
        group = group + [0] * (16 - len(group))
        siblings.append(group[: slot % 16] + group[slot % 16 + 1 :])
        slot //= 16
    return siblings


def accounts_root(batches):
    leaves = [keccak(b"\0" + b"".join(map(word32, batch))) for batch in batches]

    def merkle(nodes):
        while len(nodes) > 1:
            nodes = [keccak(b"\1" + word32(nodes[i]) + word32(nodes[i + 1])) for i in range(0, len(nodes), 2)]
        return nodes[0]

    leaves += [0] * (-len(leaves) % 256)
    chunks = [merkle(leaves[i : i + 256]) for i in range(0, len(leaves), 256)]
    while len(chunks) & (len(chunks) - 1):
        chunks.append(0)
    return merkle(chunks)


def claims_hash(claims):
    return keccak(b"".join(map(word32, claims)))


def challenge(words):
    return keccak(b"".join(map(word32, words))) % P


def inverse(value):
    return pow(value, -1, P)


# --- The system of a policy -----------------------------------------------------------------------------------------


def policy_rows(policy):
    """M as {row: {column: coefficient}} by the roles of the design, without FREE and BLIND."""
    shape = policy["shape"]
    columns = {"next": 3}
    scenario = []
    for group in shape["groups"]:
        scenario.append(columns["next"])
        columns["next"] += group["scenarios"] + group.get("extraColumns", 0)
    capped = sorted({asset for group in shape["groups"] for asset in group["hedges"]})
    cap = {asset: columns["next"] + i for i, asset in enumerate(capped)}
    first = columns["next"] + len(capped)
    split = {tier["asset"]: first + 2 * i for i, tier in enumerate(shape.get("tiers", []))}
    rows = {}
    for k, a in enumerate(policy["assets"]):
        rows[2 * k] = {0: a["value"], 1: a["maintenance"], 2: a["initial"]}
        if k in cap:
            rows[2 * k][cap[k]] = 1
        if k in split:
            rows[2 * k][split[k]] = 2**64 - 1
        rows[2 * k + 1] = {0: -a["value"], 1: a["debtMaintenance"], 2: a["debtInitial"]}
    row = 2 * shape["assets"]
    for g, group in enumerate(policy["groups"]):
        for n in group["instruments"]:
            pnl = {scenario[g] + s: value for s, value in enumerate(n["scenarios"])}
            rows[row] = {0: n["value"], 1: n["maintenance"], 2: n["initial"], **pnl}
            short = {column: -value - 1 for column, value in pnl.items()}
            rows[row + 1] = {0: -n["value"], 1: n["shortMaintenance"], 2: n["shortInitial"], **short}
            row += 2
    holdings = row
    auxiliaries = [{0: -1}, {0: 1}, {1: 1}, {1: -1}, {2: -1}]
    auxiliaries += [{cap[asset]: -1} for asset in capped]
    without_twin = set()
    for asset, tier in zip(split, policy.get("tiers", [])):
        taken, counted = split[asset], split[asset] + 1
        for width, weight in zip(tier["widths"], tier["weights"]):
            without_twin.add(len(auxiliaries))
            auxiliaries.append({taken: -width, counted: width * weight})
        whole = 2**64 - 1
        auxiliaries.append({taken: -whole, counted: whole * tier["lastWeight"]})
        auxiliaries += [{taken: -1}, {counted: -1}]
        auxiliaries.append({1: tier["credit"]["maintenance"], 2: tier["credit"]["initial"], counted: -whole})
    for g, group in enumerate(policy["groups"]):
        count = shape["groups"][g]["scenarios"]
        own = count + shape["groups"][g].get("extraColumns", 0)
        feeds = shape["groups"][g].get("feeds", {"by": "nothing"})
        if feeds["by"] == "scenarios":
            auxiliaries += [{scenario[g] + s: -1} for s in range(count, own)]
            for s in range(count):
                for side, sign in (("pos", -1), ("neg", 1)):
                    c = group["feed"][s][side]
                    there = {scenario[g] + s: sign, scenario[feeds["parent"]] + s: c["parent"]}
                    auxiliaries.append({1: c["maintenance"], 2: c["initial"], **there})
        else:
            maximum = {1: group["max"]["maintenance"], 2: group["max"]["initial"]}
            if feeds["by"] == "max":
                maximum[scenario[feeds["parent"]] + feeds["column"]] = group["max"]["parent"]
            auxiliaries.append({**maximum, **{scenario[g] + s: 1 for s in range(count)}})
            auxiliaries += [{scenario[g] + s: -1} for s in range(own)]
        for asset, hedge in zip(shape["groups"][g]["hedges"], group["hedges"]):
            pnl = {scenario[g] + s: value for s, value in enumerate(hedge["scenarios"])}
            auxiliaries.append({1: hedge["maintenance"], 2: hedge["initial"], **pnl, cap[asset]: -1})
        for extra in group.get("extras", []):
            data = {scenario[g] + s: value for s, value in enumerate(extra["scenarios"])}
            auxiliaries.append({1: extra["maintenance"], 2: extra["initial"], **data})
    for i, fine in enumerate(auxiliaries):
        rows[AUXILIARY + 2 * i] = fine
        if i in without_twin:
            continue
        rows[AUXILIARY + 2 * i + 1] = {column: 2**40 * value for column, value in fine.items()}
    return rows, holdings, 2 * len(auxiliaries)


def policy_hash(policy):
    shape = policy["shape"]
    numbers = [shape["assets"], len(shape["groups"])]
    for group in shape["groups"]:
        numbers += [group["instruments"], group["scenarios"], len(group["hedges"]), *group["hedges"]]
    for g, group in enumerate(shape["groups"]):
        feeds = group.get("feeds", {"by": "nothing"})
        by = ["nothing", "scenarios", "max"].index(feeds["by"])
        link = [by, feeds.get("parent", 0), feeds.get("column", 0)]
        link += [group.get("extras", 0), group.get("extraColumns", 0)]
        if any(link):
            numbers += [g, *link]
    if "tiers" in shape:
        numbers.append(len(shape["groups"]))
        for tier in shape["tiers"]:
            numbers += [tier["asset"], tier["portions"]]
    assets = []
    for a in policy["assets"]:
        assets += [a["value"], a["maintenance"], a["initial"], a["debtMaintenance"], a["debtInitial"]]
    for tier in policy.get("tiers", []):
        credit = tier["credit"]
        assets += [*tier["widths"], *tier["weights"], tier["lastWeight"], credit["maintenance"], credit["initial"]]
    hashes = [sponge(POLICY_ASSETS, [c % P for c in assets])]
    for g, group in enumerate(policy["groups"]):
        listed = []
        feeds = shape["groups"][g].get("feeds", {"by": "nothing"})
        for n in group["instruments"]:
            listed += [n["value"], n["maintenance"], n["initial"], *n["scenarios"]]
            listed += [n["shortMaintenance"], n["shortInitial"]]
        if feeds["by"] == "scenarios":
            for fed in group["feed"]:
                listed += [fed[side][key] for side in ("pos", "neg") for key in ("maintenance", "initial", "parent")]
        else:
            listed += [group["max"]["maintenance"], group["max"]["initial"]]
            listed += [group["max"]["parent"]] if feeds["by"] == "max" else []
        for hedge in group["hedges"] + group.get("extras", []):
            listed += [hedge["maintenance"], hedge["initial"], *hedge["scenarios"]]
        hashes.append(sponge(POLICY_GROUP, [c % P for c in listed]))
    return sponge(POLICY, numbers + hashes)


def policy_tree(policy):
    """Lists of the leaves by row, and the nodes of each level by place: zero nodes are left out."""
    shape, (rows, _, _) = policy["shape"], policy_rows(policy)
    cap = {asset: None for group in shape["groups"] for asset in group["hedges"]}
    last = 3 + sum(group["scenarios"] + group.get("extraColumns", 0) for group in shape["groups"])
    for place, asset in enumerate(sorted(cap)):
        cap[asset] = last + place
    lists = {}
    for k in range(shape["assets"]):
        for row, capped in ((2 * k, cap.get(k, 0)), (2 * k + 1, 0)):
            lists[row] = [row, capped, 0, 0, 0] + [rows[row].get(column, 0) for column in range(3)]
    before = 5 + len(cap) + sum(tier["portions"] + 4 for tier in shape.get("tiers", []))
    row, auxiliary, column = 2 * shape["assets"], AUXILIARY + 2 * before, 3
    for of, group in zip(shape["groups"], policy["groups"]):
        count, extra, fed = of["scenarios"], of.get("extraColumns", 0), "feeds" in of
        by_scenarios = fed and of["feeds"]["by"] == "scenarios"
        auxiliary += 2 * ((2 * count if by_scenarios else 1 + count) + extra)
        held = [(row + i, 0) for i in range(2 * of["instruments"])]
        hedges = [(auxiliary + 2 * i, cap[asset]) for i, asset in enumerate(of["hedges"])]
        for number, capped in [] if fed or extra else held + hedges:
            numbers = [rows[number].get(c, 0) for c in (0, 1, 2, *range(column, column + count))]
            charges = [group["max"]["maintenance"], group["max"]["initial"]]
            lists[number] = [number, capped, column] + charges + numbers
        row += 2 * of["instruments"]
        auxiliary += 2 * (len(of["hedges"]) + of.get("extras", 0))
        column += count + extra
    levels = [{number: sponge(POLICY_ROW, [c % P for c in items]) for number, items in lists.items()}]
    for _ in range(4):
        below = levels[-1]
        places = sorted({place // 16 for place in below})
        levels.append({at: poseidon([below.get(16 * at + i, 0) for i in range(16)]) for at in places})
    return lists, levels


def policy_tree_case(policy):
    lists, levels = policy_tree(policy)
    rows = sorted(lists)
    paths = []
    for row in (rows[0], rows[-1]):
        siblings, at = [], row
        for level in levels[:4]:
            siblings.append([level.get(at - at % 16 + i, 0) for i in range(16) if i != at % 16])
            at //= 16
        paths.append({"row": row, "path": siblings})
    leaves = [[row, levels[0][row]] for row in rows]
    return {"lists": [lists[row] for row in rows], "leaves": leaves, "root": levels[4][0], "paths": paths}


# --- Cases ----------------------------------------------------------------------------------------------------------

rng = random.Random("plimsoll encodings")


def field():
    return rng.randrange(P)


def quantity():
    return rng.choice([rng.randrange(2**64), 2**64 - 1, rng.randrange(1, 1000)])


def holdings(count):
    return [{"row": row, "quantity": quantity()} for row in sorted(rng.sample(range(AUXILIARY), count))]


def hash_cases():
    return [{"inputs": inputs, "hash": poseidon(inputs)} for n in (3, 4, 5, 15, 16) for inputs in [[field() for _ in range(n)]]]


def word_cases():
    cases = [[{"row": 0, "quantity": 0}] * 3, [{"row": 0x7FFF, "quantity": 2**64 - 1}] * 3, holdings(3), holdings(3)]
    return [{"entries": entries, "word": word(entries)} for entries in cases]


def auxiliary_entries(rows):
    return [{"row": AUXILIARY + row, "quantity": quantity()} for row in rows]


def auxiliary_word_cases():
    cases = [([0, 1, 2], 0), ([0, 1, 2], 1), ([5, 900, 2**15 - 1], 1)]
    return [
        {"entries": entries, "step": step, "word": word(entries) + 2**246 * step}
        for rows, step in cases
        for entries in [auxiliary_entries(rows)]
    ]


def leaf_cases():
    cases = []
    for count, free, under in [(0, 0, 0), (1, 2**64 - 1, 0), (6, 5, 1), (7, 0, 0), (15, 123456789, 1)]:
        identity, held = field(), holdings(count)
        leaf = account_leaf(identity, held, free, under)
        cases.append({"identity": identity, "holdings": held, "free": free, "under": under, "leaf": leaf})
    return cases


def identity_case(exchange, user, secret):
    prefixed = [len(part.encode()).to_bytes(4, "big") + part.encode() for part in (exchange, user)]
    ref = keccak(b"".join(prefixed)) >> 8
    chain, registry, salt, epoch = 31337, rng.randrange(2**160), field(), 7
    home = keccak(word32(chain) + word32(registry)) >> 8
    owner = poseidon([OWNER, secret, home]) if secret else 0
    return {
        "exchangeId": exchange,
        "userId": user,
        "accountRef": ref,
        "chainId": chain,
        "registry": registry,
        "home": home,
        "secret": secret,
        "owner": owner,
        "key": poseidon([KEY, ref, owner]),
        "salt": salt,
        "epoch": epoch,
        "identity": poseidon([IDENTITY, ref, owner, salt, epoch]),
    }


def sponge_cases():
    cases = []
    for length in (0, 1, 13, 14, 15, 28, 29):
        items = [field() for _ in range(length)]
        cases.append({"tag": TRANSCRIPT, "items": items, "hash": sponge(TRANSCRIPT, items)})
    return cases


def tree_cases():
    cases = []
    for count in (1, 16, 17, 300):
        slots = [0 if i % 7 == 3 else pow(5, i + 1, P) for i in range(count)]
        levels, slot = tree(slots), (count * 2) // 3
        cases.append({"slots": count, "root": levels[3][0], "slot": slot, "leaf": slots[slot], "path": path(levels, slot)})
    return cases


def batch_list(count):
    return [(1000 + i % 3, pow(7, i + 1, P), pow(11, i + 1, P)) for i in range(count)]


def batch_case():
    zero = {"row": 0, "quantity": 0}

    def block(entries, first, identity=0, free=0, under=0):
        return {
            "entries": entries + [zero] * (6 - len(entries)),
            "first": first,
            "identity": identity,
            "free": free,
            "under": under,
        }

    shared = rng.randrange(AUXILIARY)
    blocks = [
        block(holdings(6), 1, field()),
        block([{"row": shared, "quantity": 2**64 - 1}, {"row": shared, "quantity": 17}], 0, 0, 31, 0),
        block([{"row": shared, "quantity": quantity()}] + holdings(2), 1, field(), 2**63, 1),
        block([], 1, field()),
        block([], 1),
    ]
    words = [
        {"entries": auxiliary_entries([0, 4, 7]), "step": 0},
        {"entries": auxiliary_entries([8, 20, 21]), "step": 0},
        {"entries": auxiliary_entries([0, 7, 2**15 - 1]), "step": 1},
        {"entries": [{"row": AUXILIARY + i, "quantity": 0} for i in range(3)], "step": 1},
        {"entries": [{"row": AUXILIARY + i, "quantity": 0} for i in range(3)], "step": 1},
    ]
    blinds = [field() for _ in range(3)]
    slots, h = [], 0
    for i, b in enumerate(blocks):
        h = block_hash(b["identity"] if b["first"] else h, b["entries"], b["free"] + 2**64 * b["under"] + 2**65 * b["first"])
        last = i + 1 == len(blocks) or blocks[i + 1]["first"]
        slots.append(h if last else 0)
    transcript = sponge(TRANSCRIPT, [word(w["entries"]) + 2**246 * w["step"] for w in words] + blinds)

    gamma, beta, index = field(), field(), 3
    alpha = pow(gamma, 2**14, P)
    t = blinds[0] * inverse(beta - BLIND)
    w = blinds[1] * inverse(beta - BLIND)
    account = -1
    for b in blocks:
        account += b["first"]
        weight = pow(alpha, account, P)
        signed = -b["free"] if b["under"] else b["free"]
        w += weight * signed * inverse(beta - FREE)
        for e in b["entries"]:
            t += e["quantity"] * inverse(beta - e["row"])
            w += weight * e["quantity"] * inverse(beta - e["row"])
    account = 0
    for item in words:
        account += item["step"]
        weight = pow(alpha, account, P)
        for e in item["entries"]:
            t += e["quantity"] * inverse(beta - e["row"])
            w += weight * e["quantity"] * inverse(beta - e["row"])
    return {
        "blocks": blocks,
        "words": words,
        "blinds": blinds,
        "slots": slots,
        "root": tree(slots)[3][0],
        "transcript": transcript,
        "gamma": gamma,
        "beta": beta,
        "alpha": alpha,
        "t": t % P,
        "w": w % P,
        "batch": index,
        "batchWeight": pow(alpha, 2**14 * index, P),
    }


def challenge_case(claims):
    batches = batch_list(3)
    head = {
        "chainId": 31337,
        "registry": rng.randrange(2**160),
        "exchange": rng.randrange(2**160),
        "epoch": 12,
        "snapshotTime": 1793520000,
        "policyHash": field(),
        "descriptorHash": rng.randrange(2**256),
        "totalsCommitment": field(),
    }
    circuit = rng.randrange(2**256)
    gamma = challenge(
        [keccak(b"plimsoll.gamma.1"), *head.values(), claims_hash(claims), circuit, len(batches), accounts_root(batches)]
    )
    weights = field()
    return {
        **head,
        "claims": claims,
        "claimsHash": claims_hash(claims),
        "epochCircuitId": circuit,
        "batches": len(batches),
        "gamma": gamma,
        "weightsCommitment": weights,
        "beta": challenge([keccak(b"plimsoll.beta.1"), gamma, weights]),
        "rho": sum(claim * pow(gamma, k, P) for k, claim in enumerate(claims)) % P,
    }


PLAIN_SHAPE = {
    "assets": 3,
    "groups": [
        {"instruments": 2, "scenarios": 2, "hedges": [0]},
        {"instruments": 1, "scenarios": 3, "hedges": [0, 2]},
    ],
}
FED_SHAPE = {
    "assets": 3,
    "groups": [
        {"instruments": 2, "scenarios": 2, "hedges": [1], "feeds": {"by": "scenarios", "parent": 2}, "extraColumns": 1},
        {"instruments": 1, "scenarios": 3, "hedges": [], "feeds": {"by": "max", "parent": 2, "column": 3}},
        {"instruments": 0, "scenarios": 2, "hedges": [0, 1], "extras": 2, "extraColumns": 2},
    ],
}
TIERED_SHAPE = {
    "assets": 3,
    "groups": [{"instruments": 1, "scenarios": 2, "hedges": [1], "extras": 1}],
    "tiers": [{"asset": 0, "portions": 3}, {"asset": 2, "portions": 1}],
}


def policy_case(shape):
    def signed():
        return rng.randrange(-(2**90), 2**90)

    def asset():
        names = ("maintenance", "initial", "debtMaintenance", "debtInitial")
        return {"value": rng.randrange(2**96), **{name: signed() for name in names}}

    def instrument(scenarios):
        row = {name: signed() for name in ("value", "maintenance", "initial")}
        row["scenarios"] = [signed() for _ in range(scenarios)]
        return {**row, "shortMaintenance": signed(), "shortInitial": signed()}

    def free(own):
        return {"maintenance": signed(), "initial": signed(), "scenarios": [signed() for _ in range(own)]}

    def fed():
        return {"maintenance": signed(), "initial": signed(), "parent": signed()}

    def group(of):
        own, feeds = of["scenarios"] + of.get("extraColumns", 0), of.get("feeds", {"by": "nothing"})
        made = {
            "instruments": [instrument(own) for _ in range(of["instruments"])],
            "max": {"maintenance": -4, "initial": -5},
            "hedges": [free(own) for _ in of["hedges"]],
        }
        if feeds["by"] == "scenarios":
            made["max"] = {"maintenance": 0, "initial": 0}
            made["feed"] = [{"pos": fed(), "neg": fed()} for _ in range(of["scenarios"])]
        if feeds["by"] == "max":
            made["max"]["parent"] = signed()
        if "extras" in of:
            made["extras"] = [free(own) for _ in range(of["extras"])]
        return made

    policy = {"shape": shape, "assets": [asset() for _ in range(3)], "groups": [group(of) for of in shape["groups"]]}
    if "tiers" in shape:
        policy["tiers"] = [
            {
                "widths": [rng.randrange(2**64) for _ in range(tier["portions"])],
                "weights": [rng.randrange(2**32) for _ in range(tier["portions"])],
                "lastWeight": rng.randrange(2**32),
                "credit": {"maintenance": signed(), "initial": signed()},
            }
            for tier in shape["tiers"]
        ]
    rows, held, auxiliaries = policy_rows(policy)
    gamma = field()
    polynomials = {
        row: sum(coefficient * pow(gamma, column, P) for column, coefficient in terms.items()) % P
        for row, terms in rows.items()
    }
    polynomials[FREE] = -(10**6) * gamma**2 % P
    polynomials[BLIND] = 0

    table = sorted(rows)
    totals = {row: rng.randrange(2**100) for row in rng.sample(table, 12)}
    weights = {row: field() for row in rng.sample(table, 12)}
    claims = [rng.randrange(2**128) for _ in range(shape["assets"] + 1)]
    blind, free, weight_blind, totals_salt, weights_salt = (field() for _ in range(5))
    return {
        **policy,
        "holdings": held,
        "auxiliaries": auxiliaries,
        "policyHash": policy_hash(policy),
        "policyTree": policy_tree_case(policy),
        "gamma": gamma,
        "polynomials": sorted(polynomials.items()),
        "totalsSalt": totals_salt,
        "totals": sorted({**totals, BLIND: blind}.items()),
        "claims": claims,
        "totalsCommitment": sponge(TOTALS, [totals_salt, *(totals.get(row, 0) for row in table), blind, *claims]),
        "weightsSalt": weights_salt,
        "weights": sorted({**weights, FREE: free, BLIND: weight_blind}.items()),
        "weightsCommitment": sponge(
            WEIGHTS, [weights_salt, *(weights.get(row, 0) for row in table), free, weight_blind]
        ),
    }


vectors = {
    "about": "Encodings of design section 2 and 4. Integers of more than 32 bits are decimal strings.",
    "computedBy": "test/vectors/encodings.py: plain Python, its own Keccak-f (checked against hashlib's SHA3-256) and "
    "Poseidon (parameters from the Grain LFSR, checked against the published Poseidon(1, 2)); shares no code or constant "
    "table with the TypeScript.",
    "rules": {
        "tree": "slot i holds 0 where i mod 7 = 3, else 5^(i+1) mod r",
        "batches": "batch i has circuit id 1000 + i mod 3, root 7^(i+1) mod r, transcript 11^(i+1) mod r",
    },
    "poseidon": hash_cases(),
    "words": word_cases(),
    "auxiliaryWords": auxiliary_word_cases(),
    "leaves": leaf_cases(),
    "identities": [
        identity_case("exchange.example", "alice", field()),
        identity_case("exchange.example", "", 0),
        identity_case("b\u00f6rse", "\u7528\u6237-42", P - 1),
    ],
    "sponges": sponge_cases(),
    "trees": tree_cases(),
    "batch": batch_case(),
    "accountsRoots": [{"batches": n, "root": accounts_root(batch_list(n))} for n in (1, 2, 256, 257, 600)],
    "challenges": [challenge_case([0]), challenge_case([2**128 - 1, 0, 5])],
    "policy": policy_case(PLAIN_SHAPE),
    "fedPolicy": policy_case(FED_SHAPE),
    "tieredPolicy": policy_case(TIERED_SHAPE),
}


def plain(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) < 2**32 else str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


print(json.dumps(plain(vectors), indent=1, ensure_ascii=True))
