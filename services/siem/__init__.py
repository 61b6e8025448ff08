"""What SIEMs say, read as Winnow's contracts: vendor alert to AlertV1, vendor verdict to FeedbackV1.

Pure functions from bytes to values (`reading`). A vendor is one file in `formats`.
"""
