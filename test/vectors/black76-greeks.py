"""Writes black76-greeks.json: Black-76 prices and greeks in 50-digit arithmetic (mpmath), from one hour to five years
and 5 to 300 % volatility; every tenth case a second time by numerical differentiation of the price.
Run: python3 black76-greeks.py > black76-greeks.json"""

import json
import random

from mpmath import diff, erfc, exp, log, mp, mpf, pi, sqrt

mp.dps = 50
random.seed(1976)

HOUR = mpf(1) / 8760


def normal(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def price(kind, forward, strike, volatility, time, discount):
    deviation = volatility * sqrt(time)
    d1 = log(forward / strike) / deviation + deviation / 2
    d2 = d1 - deviation
    if kind == "call":
        return discount * (forward * normal(d1) - strike * normal(d2))
    return discount * (strike * normal(-d2) - forward * normal(-d1))


def greeks(kind, forward, strike, volatility, time, discount):
    deviation = volatility * sqrt(time)
    rate = -log(discount) / time
    d1 = log(forward / strike) / deviation + deviation / 2
    delta = discount * (normal(d1) if kind == "call" else -normal(-d1))
    gamma = discount * density(d1) / (forward * deviation)
    vega = discount * forward * density(d1) * sqrt(time)
    decay = discount * forward * density(d1) * volatility / (2 * sqrt(time))
    theta = rate * price(kind, forward, strike, volatility, time, discount) - decay
    return delta, gamma, vega, theta


def by_differences(kind, forward, strike, volatility, time, discount):
    rate = -log(discount) / time
    delta = diff(lambda f: price(kind, f, strike, volatility, time, discount), forward)
    gamma = diff(lambda f: price(kind, f, strike, volatility, time, discount), forward, 2)
    vega = diff(lambda v: price(kind, forward, strike, v, time, discount), volatility)
    theta = -diff(lambda t: price(kind, forward, strike, volatility, t, exp(-rate * t)), time)
    return delta, gamma, vega, theta


def round_to(value, digits):
    return float(f"{value:.{digits}g}")


cases = []
for i in range(400):
    kind = random.choice(["call", "put"])
    forward = round_to(10 ** random.uniform(-3, 5.2), 8)
    # The corners of time and volatility come first, at the money and away from it.
    time = [float(HOUR), 5.0][i % 2] if i < 16 else round_to(10 ** random.uniform(-3.942, 0.699), 8)
    volatility = [0.05, 3.0][i // 2 % 2] if i < 16 else round_to(random.uniform(0.05, 3), 4)
    spread = 2.5 * volatility * time**0.5
    strike = round_to(forward * float(exp(random.uniform(-spread, spread))), 6)
    if i % 8 == 0:
        strike = forward
    discount = round_to(float(exp(-random.uniform(-0.02, 0.3) * time)), 9)
    arguments = [mpf(x) for x in (forward, strike, volatility, time, discount)]
    value = price(kind, *arguments)
    sensitivities = greeks(kind, *arguments)
    if i % 10 == 0:
        for exact, again in zip(sensitivities, by_differences(kind, *arguments)):
            assert abs(again - exact) <= mpf(10) ** -12 * max(abs(exact), mpf(10) ** -6 * value), (i, exact, again)
    cases.append(
        [kind, forward, strike, volatility, time, discount, *[mp.nstr(x, 25) for x in (value, *sensitivities)]]
    )

columns = ["kind", "forward", "strike", "volatility", "time", "discount", "price", "delta", "gamma", "vega", "theta"]
print(
    "{\n"
    + ' "how": '
    + json.dumps(
        "black76-greeks.py: mpmath at 50 digits, the doubles taken exactly; every tenth case again by differences"
    )
    + ',\n "columns": '
    + json.dumps(columns)
    + ',\n "cases": [\n'
    + ",\n".join("  " + json.dumps(case) for case in cases)
    + "\n ]\n}"
)
