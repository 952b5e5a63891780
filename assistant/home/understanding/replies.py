"""What people say to a question back: yes, no, or which one."""

from __future__ import annotations

import re

YES = frozenset(
    (
        "yes;yeah;yep;yup;yes please;sure;ok;okay;do it;go ahead;please do;right;correct;that one;"
        "of course;confirm;confirmed;affirmative;absolutely;certainly;exactly;that is right;yes do it;"
        "go on;please;yes i did;yes i do;i did;i do;that is correct;that is the one;yes that one;"
        "sure thing;definitely;by all means;go for it;yes go ahead;aye;yes of course;why not;you got it;ja;"
        "yes that is right;yes exactly;make it so;yes it is;yes i am sure;i am sure;ok do it;yes confirm;"
        "fine;all right;alright;yes thank you;yes thanks;okay do it;yes all of them;that is fine;yes sure"
    ).split(";")
)
NO = frozenset(
    (
        "no;nope;nah;no thanks;no thank you;do not;do not do it;do not do that;never mind;nevermind;cancel;"
        "cancel that;stop;forget it;leave it;no way;not now;negative;wrong;no do not;that is wrong;"
        "not that one;no stop;rather not;better not;please do not;no cancel;no never mind;not at all;none;"
        "none of them;neither;nothing;no wait;abort;no forget it;no leave it;no not that one;"
        "i changed my mind;leave it as it is;leave them"
    ).split(";")
)
CHOICE = re.compile(
    r"(?:(?:no|yes|yeah|ok|okay|i meant?|i said|rather|just|actually|make it|i want|take|use|please|sorry"
    r"|it is|that is) )*"
    r"(?P<np>.+?)(?: please| then| thanks)*"
)
