"""Pure domain logic: what an alert says, what happened around it, what a verdict is worth, which model is better."""
