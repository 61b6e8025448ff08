"""How well models tell attacks from noise on real alerts they have not seen: `make bench-quality`.

Needs the folder that WINNOW_DATA names. `scenarios` has the streams and what is judged of them, `contenders` the models
that compete, `left_out` the protocol; `alone` has alerts without a stream, `noise` wrong verdicts in what is learned,
`telling` tables and lines, `ablation` what each group of the context's features adds.
"""
