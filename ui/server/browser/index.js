// The page's own scripts, which can wait until the page has been read. What cannot stands in ui/server/head.html.

import "./anchors.js";
import "./contents.js";
import "./focus.js";
import "./glossary.js";
import "./keys.js";
import "./prompt.js";
import "./save.js";
import "./share.js";
import "./tab.js";
import "./terms.js";
