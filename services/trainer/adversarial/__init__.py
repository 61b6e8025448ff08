"""What an attacker can change about an attack without changing it, and what that does to a model.

`edits` are the changes, each proven in the tests to keep the event's meaning; `search` tries them on attacks, one by
one and in the worst sequence; `augment` makes edited copies to learn from. Plain Python: a model is a function.
"""
