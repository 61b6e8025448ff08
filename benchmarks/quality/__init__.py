"""How well models tell attacks from noise on real alerts they have not seen: `make bench-quality`.

Needs the folder that WINNOW_DATA names. `ait` has the streams and what is judged of them, `contenders` the models that
compete, `figures` what is measured, `left_out` the protocol, `ablation` what each group of the context's features adds.
"""
