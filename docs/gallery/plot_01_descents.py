"""
A constant force and one that fades
===================================

A coefficient that feels nothing but the penalty. L1 pulls with the same force everywhere: from
5, ten steps of 1/2 lead to zero. A squared penalty pulls in proportion to the coefficient, which
halves and halves again. From 5.1 plain steps down the L1 penalty miss zero and swing around it;
a proximal step lands on it and stays.
"""

from skl1.displays import ShrinkageDisplay
from skl1.penalties import L1, SquaredL2
from skl1.shrinkage import penalty_descent

ShrinkageDisplay(
    {
        "L1 from 5": penalty_descent(L1(1.0), 5.0),
        "L1 from 5.1": penalty_descent(L1(1.0), 5.1),
        "L1 from 5.1, proximal steps": penalty_descent(L1(1.0), 5.1, method="proximal"),
        "squared L2 from 5": penalty_descent(SquaredL2(1.0), 5.0),
    }
).plot()

# %%
# The swing shrinks with the step, but does not end.

for step in (0.5, 0.05, 0.005):
    print(step, penalty_descent(L1(1.0), 5.1003, step=step, n_steps=2000)[-2:])
