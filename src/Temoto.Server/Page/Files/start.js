// The page begins here: the shell, its four views, and the question whether the server is there.
import { chatView } from "./chat/view.js";
import { liveView } from "./live/view.js";
import { formView } from "./playground/forms.js";
import { toolView } from "./playground/tools.js";
import { startLanguage } from "./base/language.js";
import { startTheme } from "./base/theme.js";
import { connection } from "./server/connection.js";
import { buildShell } from "./shell.js";

startLanguage();
startTheme();
buildShell([chatView(), formView(), toolView(), liveView()]);
connection.check();
