// The page's own behaviour, in small parts. Each part listens on the document, so that fragments which
// htmx brings later need no start-up of their own.

import "./theme.js";
import "./toasts.js";
import "./dialog.js";
import "./drawer.js";
import "./keys.js";
import "./palette.js";
import "./copy.js";
import "./tables.js";
import "./relative-time.js";
import "./frame.js";
import "./select.js";
import "./narrow.js";
import "./mentions.js";
import "./completion.js";
import "./plots.js";
import "./legend.js";
import "./nights.js";
import "./centroid.js";
import "./images.js";
import "./light-curve.js";
import "./spectra.js";
import "./drop.js";
import "./live.js";
import "./panels.js";
import "./parts.js";
import "./sortable.js";
