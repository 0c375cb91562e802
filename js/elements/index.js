/** What `import 'caseframe/element'` does: defines the agent's controls. Twice, or in Node, it is harmless. */
import { define } from './base.js';
import { CaseframeButton } from './button.js';
import { CaseframeReview } from './review.js';

export { CaseframeButton, CaseframeReview };

define('caseframe-button', CaseframeButton);
define('caseframe-review', CaseframeReview);
