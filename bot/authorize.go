package bot

import "slices"

// Right is what somebody must be allowed to do.
type Right string

// The rights.
const (
	RightRespond Right = "respond" // press, answer, open, close
	RightApprove Right = "approve" // disconnect, lower security
)

// Authorize is the one place that decides who may do what: for commands,
// buttons, forms and shortcuts alike. It returns an empty string if by may, and
// otherwise the reason in words for that person.
//
// Somebody listed (by user id, or by a user group they are in) may. With no list
// everybody of this workspace may, guests and people of other workspaces not.
// Who can't be looked up is refused: a wrong no costs a second press, a wrong
// yes may cost a disconnect.
func Authorize(by Actor, need Right, s Settings) string {
	if by.Bot || by.ID == "" {
		return "Only people can do this."
	}
	if by.Unknown {
		return "I couldn't check with Slack who you are. Please press again in a moment."
	}
	approver := listed(by, s.Approvers)
	responder := approver || listed(by, s.Responders)
	if !responder {
		if by.Outsider || by.Guest {
			return "This is for the support team of this workspace. Please ask one of them to do it."
		}
		if len(s.Responders) > 0 {
			return "This is for the support team. Please ask one of them to do it, or ask your operator to add you to SYNCFIX_RESPONDERS."
		}
	}
	if need == RightApprove && len(s.Approvers) > 0 && !approver {
		return "A disconnect needs somebody who may approve it. Please ask one of them to press this button."
	}
	return ""
}

func listed(by Actor, ids []string) bool {
	return slices.Contains(ids, by.ID) || slices.ContainsFunc(by.Groups, func(g string) bool {
		return slices.Contains(ids, g)
	})
}
