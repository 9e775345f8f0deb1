"""Workbooks saved again as other programs save them: imitations of Excel and WPS, odd spellings, real programs."""
