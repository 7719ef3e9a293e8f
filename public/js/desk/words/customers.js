/** Every text of the Customers page and its dialogs. */

export const CUSTOMERS = {
  one: "customer",
  title: "Customers",
  add: "Add customer",
  loading: "Loading customers…",
  emptyTitle: "No customers yet",
  empty: "Customers that you name when you sell a vehicle are saved here, so that you can find them again.",
  search: "Search customers",
  searchHint: "Name, email, phone",
  none: (text) => `No customer matches “${text}”.`,
  name: "Name",
  email: "Email",
  phone: "Phone",
  bought: "Bought",
  since: (day) => `since ${day}`,
  change: "Change…",
};

export const CUSTOMER = {
  addTitle: "New customer",
  add: "Add customer",
  changeTitle: "Change customer",
  save: "Save",
  delete: "Delete…",
  entry: (name) => `The customer ${name}`,
  added: (name) => `${name} added.`,
  changed: (name) => `${name} changed.`,
  changedBack: (name) => `${name} changed back.`,
  deleteTitle: "Delete this customer?",
  deleteNote: (name) => `This permanently deletes the name, email and phone of ${name} here, including what the DMS has sent. The sales stay. What the DMS and QuickBooks have must be deleted there.`,
  keep: "Keep",
  confirm: "Delete customer",
  deleted: "Customer deleted.",
};
