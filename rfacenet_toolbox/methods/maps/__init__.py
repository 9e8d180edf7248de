"""What methods make of a window of a spatial-temporal map, before a network sees it."""
