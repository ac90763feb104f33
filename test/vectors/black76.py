"""Writes black76.json: Black-76 prices in 50-digit arithmetic (mpmath), and every tenth one a second time as an
integral of the payoff over the lognormal density. Run: python3 black76.py > black76.json"""

import json
import random

from mpmath import erfc, exp, inf, log, mp, mpf, pi, quad, sqrt

mp.dps = 50
random.seed(76)


def normal(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def price(kind, forward, strike, volatility, time, discount):
    intrinsic = max(forward - strike, mpf(0)) if kind == "call" else max(strike - forward, mpf(0))
    deviation = volatility * sqrt(time)
    if deviation == 0:
        return discount * intrinsic
    d1 = log(forward / strike) / deviation + deviation / 2
    d2 = d1 - deviation
    if kind == "call":
        return discount * (forward * normal(d1) - strike * normal(d2))
    return discount * (strike * normal(-d2) - forward * normal(-d1))


def by_integral(kind, forward, strike, volatility, time, discount):
    deviation = volatility * sqrt(time)
    at_strike = log(strike / forward) / deviation + deviation / 2
    sign = 1 if kind == "call" else -1

    def integrand(x):
        end = forward * exp(deviation * x - deviation**2 / 2)
        return sign * (end - strike) * exp(-x * x / 2) / sqrt(2 * pi)

    # The density is negligible beyond 16 standard deviations of it and of its shifted twin.
    far = 16 + deviation
    if kind == "call":
        points = [at_strike, *[p for p in (-8, -2, 0, deviation, deviation + 4) if p > at_strike], max(far, at_strike + 16)]
    else:
        points = [min(-16, at_strike - 16), *[p for p in (-8, -4, -1, 0) if p < at_strike], at_strike]
    return discount * quad(integrand, points)


def round_to(value, digits):
    return float(f"{value:.{digits}g}")


cases = []
for i in range(400):
    kind = random.choice(["call", "put"])
    forward = round_to(10 ** random.uniform(-3, 5.2), 8)
    strike = round_to(forward * random.uniform(0.2, 6) if i % 2 else forward * 10 ** random.gauss(0, 0.08), 6)
    volatility = round_to(random.uniform(0.05, 3), 4)
    time = round_to(10 ** random.uniform(-3.942, 0.0), 8)
    discount = round_to(random.uniform(0.9, 1.01), 9)
    arguments = [mpf(x) for x in (forward, strike, volatility, time, discount)]
    value = price(kind, *arguments)
    if i % 10 == 0:
        again = by_integral(kind, *arguments)
        assert abs(again - value) < mpf(10) ** -25 * arguments[0], (i, value, again)
    cases.append([kind, forward, strike, volatility, time, discount, mp.nstr(value, 30)])
for kind in ("call", "put"):
    for strike in (80.0, 100.0, 120.0):
        for volatility, time in ((0.0, 0.5), (0.6, 0.0)):
            arguments = [mpf(x) for x in (100.0, strike, volatility, time, 0.98)]
            cases.append([kind, 100.0, strike, volatility, time, 0.98, mp.nstr(price(kind, *arguments), 30)])

print(
    "{\n"
    + ' "how": '
    + json.dumps("black76.py: mpmath at 50 digits, the doubles taken exactly; every tenth case again by quadrature")
    + ',\n "columns": '
    + json.dumps(["kind", "forward", "strike", "volatility", "time", "discount", "price"])
    + ',\n "cases": [\n'
    + ",\n".join("  " + json.dumps(case) for case in cases)
    + "\n ]\n}"
)
