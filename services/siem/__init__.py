"""What SIEMs say, read as Winnow's contracts: vendor alert to AlertV1, vendor verdict to FeedbackV1.

Pure functions from bytes to values (`reading`). A vendor is one file in `formats`, a site's own format a file of
its own (`own`). Afterwards whoever an alert names may get a pseudonym (`privacy`).
"""
