"""What a page says after a form was done, or was not, by the code in its address."""

from types import MappingProxyType

DONE = MappingProxyType(
    {
        "revoked": "Revoked. From now on every look is refused.",
        "reconfirmed": "It goes on, for as long again.",
        "may_ask_again": "That company may ask you again.",
        "linked": "Linked. Your recent public posts are being read now.",
        "unlinked": "Unlinked. What was counted from that account is deleted.",
        "unlinked_here": "Unlinked, and what was counted is deleted. Your server did not confirm:"
        " end Milieu's access in its settings too.",
        "uploaded": "Recent posts read and counted: {posts}. None of them is kept, nor anything of"
        " the archive.",
        "uploaded_nothing": "There is no public post of the last 30 days in this archive, so there"
        " is nothing to count. Nothing of it is kept; what was counted before stays.",
        "refreshing": "Your account is being read again.",
        "refreshing_later": "It was just read, or your server asks us to wait; read again soon.",
        "followers_read": "What you write there for your followers is read too from now on.",
        "followers_left": "What you write there for your followers is not read any more; your"
        " account is read again without it.",
        "revoked_before": "That grant had ended already.",
        "decided_before": "That request is closed: it was decided already, or the company may no"
        " longer ask. These are your grants.",
        "unlinked_before": "That account is not linked any more.",
        "way_added": "Added. From now on you can sign in that way too.",
        "way_removed": "Removed. Your sessions in other browsers have ended.",
        "way_gone_before": "That way to sign in was removed already.",
        "address_asked": "A link is on its way to that address. Open it in this browser.",
        "new_here": "Welcome. This is a new account. Were you here before, another way? Then sign"
        " out, and sign in as you did then.",
        "signed_out": "You are signed out.",
        "merged": "Merged. Everything of your other account is in this one now; both addresses sign"
        " you in. We said so by mail to both.",
        "merge_stopped": "Given up. Nothing was merged.",
        "parted": "Undone. What came from the other account is there again. Sign in with either"
        " address; each leads to its own account.",
        "erased": "Everything of yours is erased. Take care.",
    }
)
"""What a page says after a form was done, by the code in its address; nothing else is shown."""

TROUBLE = MappingProxyType(
    {
        "link_declined": "You declined at your server; nothing was linked.",
        "link_used": "That link was used already. Look whether your account is in the list.",
        "link_expired": "That took longer than ten minutes; nothing was linked. Begin again.",
        "link_unknown": "That link was not begun here; nothing was linked. Begin again.",
        "link_other_browser": "That link was begun in another browser. Finish it there, or begin"
        " again here.",
        "link_failed": "Your server did not let us in; nothing was linked. Begin again, or try"
        " later.",
        "link_broken": "Access to that account has ended. Link it again.",
        "proof_over": "That proof is over: it was used, or a day has passed. Look whether your blog"
        " is in the list, or begin again.",
        "uploaded_once": "What was uploaded cannot be read again. Upload a newer archive.",
        "openid_declined": "You declined there; you are not signed in by it. Try again, or sign in"
        " another way.",
        "openid_used": "That sign-in was used already. Begin again.",
        "openid_expired": "That took longer than ten minutes. Begin again.",
        "openid_not_here": "That sign-in was not begun in this browser, or it is over. Begin again"
        " here.",
        "openid_not_believed": "The answer was not as it should be, so it was not taken. Begin"
        " again; if it stays so, sign in another way.",
        "openid_refused": "You were not let in there. Begin again, or sign in another way.",
        "openid_down": "That provider does not answer at the moment. Try later, or sign in another"
        " way.",
        "openid_not_again": "That provider did not ask you again who you are. Sign in another way.",
        "openid_not_yours": "That account is not one of your ways to sign in. Sign in as you did"
        " before.",
        "openid_taken": "That account cannot be added here.",
        "openid_failed": "That did not work. Begin again, or sign in another way.",
        "address_taken": "That address cannot be added here.",
        "address_link_over": "That link was used or is too old. Ask for a new one below.",
        "last_way": "That is your last way to sign in. Add another one first.",
        "way_of_merged": "You merged two accounts, and can still undo that. Until then the ways to"
        " sign in that either had stay.",
        "ways_enough": "You have ways enough to sign in. Remove one first.",
        "disabled": "This account is disabled.",
        "account_linked": "This account cannot be linked here: it is linked already. If you have"
        " another account with us, you can merge the two on your account page.",
        "merge_over": "That merge is over: it was done, given up, or an hour has passed. Begin"
        " again.",
        "merge_changed": "Something changed since you were shown this. Look at it again.",
        "undo_over": "That merge cannot be undone: it was undone before, or 30 days have passed.",
    }
)
"""What a page says after something of hers did not work, in the same way."""
