"""What a run tells people: the model card (`card.md`) and the page with charts (`report.html`).

Both are made of one `RunReport`. `charts` and `page` know nothing of training, so that other reports use them too.
"""
