// What every page of the console does.
import { startConfirm } from './confirm.js';
import { startDialogs } from './dialogs.js';
import { startForms } from './forms.js';
import { startLive } from './live.js';
import { startTimes } from './time.js';
import { startToasts } from './toasts.js';

startToasts();
startDialogs();
startConfirm();
startForms();
startTimes();
startLive();
