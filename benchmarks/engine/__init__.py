"""How good and how fast the engines are, beside others in the same run.

`python -m benchmarks.engine DATA` measures on labelled posts in the layout of the model card;
`python -m benchmarks.engine.simulate` needs no data.
"""
