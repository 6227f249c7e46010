package cli

import (
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
)

// checkOrder refuses an order that there is not. An empty one is the
// playbook's.
func checkOrder(order string) error {
	switch order {
	case "", diag.OrderPlaybook, diag.OrderLikely:
		return nil
	}
	return usagef(nearest(order, []string{diag.OrderLikely, diag.OrderPlaybook}, "orders: playbook, likely"), "unknown --order %q", order)
}

// orderOf is the order in which the steps of a compiled playbook come.
func orderOf(b *engine.Book) string {
	if b.Order == diag.OrderLikely {
		return b.Order
	}
	return diag.OrderPlaybook
}
