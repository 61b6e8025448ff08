"""The trainer: verdicts become a model, and the model is judged before it may serve.

The service (`service.py`) decides when to train and announces what came of it. A run (`run.py`) is a process of its
own that turns one folder's snapshot into one bundle: clean, split, fine-tune, calibrate, evaluate, gate, export.
"""
