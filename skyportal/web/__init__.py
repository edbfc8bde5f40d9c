"""HTML manners: the frame, fragments, template tags, plots in pages, assets and their policy."""
