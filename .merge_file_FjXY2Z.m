# Greek, for ganetimgr; under the same licence.
#
# Words: machine and instance μηχάνημα, cluster συστοιχία, node κόμβος, node group
# ομάδα κόμβων, job εργασία, tag ετικέτα, owner κάτοχος, staff διαχειριστές,
# shut down τερματισμός, offline αποσυρμένο, fingerprint αποτύπωμα.
msgid ""
msgstr ""
"Project-Id-Version: ganetimgr\n"
"Report-Msgid-Bugs-To: \n"
"POT-Creation-Date: 2026-11-25 13:55+0000\n"
"PO-Revision-Date: 2026-11-22 18:00+0000\n"
"Last-Translator: \n"
"Language-Team: Greek\n"
"Language: el\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: apps/accounts/apps.py
msgid "Accounts"
msgstr "Λογαριασμοί"

#: apps/accounts/forms.py
msgid "This account is not active."
msgstr "Ο λογαριασμός αυτός δεν είναι ενεργός."

#: apps/accounts/forms.py
msgid ""
"This user name and password do not go together. Mind that both tell small "
"letters from capitals."
msgstr ""
"Το όνομα χρήστη και το συνθηματικό δεν ταιριάζουν. Προσέξτε ότι και στα δύο "
"τα πεζά διαφέρουν από τα κεφαλαία."

#: apps/accounts/forms.py
msgid "User name"
msgstr "Όνομα χρήστη"

#: apps/accounts/models.py
msgid "Letters, digits and any of .+_- only."
msgstr "Μόνο λατινικά γράμματα, ψηφία και .+_-"

#: apps/accounts/models.py
msgid "Names it in the tags of its machines."
msgstr "Τον δηλώνει στις ετικέτες των μηχανημάτων του."

#: apps/accounts/models.py
msgid "SSH key"
msgstr "κλειδί SSH"

#: apps/accounts/models.py
msgid "SSH keys"
msgstr "κλειδιά SSH"

#: apps/accounts/models.py
msgid "Who speaks for it."
msgstr "Όσοι τον εκπροσωπούν."

#: apps/accounts/models.py
msgid "added"
msgstr "προστέθηκε"

#: apps/accounts/models.py
msgid "comment"
msgstr "σχόλιο"

#: apps/accounts/models.py
msgid "fingerprint"
msgstr "αποτύπωμα"

#: apps/accounts/models.py
msgid "key"
msgstr "κλειδί"

#: apps/accounts/models.py apps/mails/models.py
msgid "mail"
msgstr "email"

#: apps/accounts/models.py apps/applications/models.py
msgid "organization"
msgstr "οργανισμός"

#: apps/accounts/models.py
msgid "organizations"
msgstr "οργανισμοί"

#: apps/accounts/models.py
msgid "phone"
msgstr "τηλέφωνο"

#: apps/accounts/models.py
msgid "profile"
msgstr "προφίλ"

#: apps/accounts/models.py
msgid "profiles"
msgstr "προφίλ"

#: apps/accounts/models.py
msgid "tag"
msgstr "ετικέτα"

#: apps/accounts/models.py
msgid "title"
msgstr "τίτλος"

#: apps/accounts/models.py
msgid "users"
msgstr "χρήστες"

#: apps/accounts/models.py
msgid "website"
msgstr "ιστότοπος"

#: apps/applications/admin.py templates/applications/_wish.html
msgid "Asked for"
msgstr "Τι ζητήθηκε"

#: apps/applications/admin.py
msgid "Decided at review"
msgstr "Τι αποφασίστηκε στην εξέταση"

#: apps/applications/admin.py
msgid "Host name, applicant or organization."
msgstr "Όνομα υπολογιστή, αιτών ή οργανισμός."

#: apps/applications/admin.py
msgid "What came of it"
msgstr "Τι απέγινε"

#: apps/applications/admin.py
msgid "its page"
msgstr "η σελίδα της"

#: apps/applications/apps.py templates/applications/_list.html
#: templates/applications/list.html
msgid "Applications"
msgstr "Αιτήσεις"

#: apps/applications/building.py
msgid "left behind by a failed build"
msgstr "έμεινε από δημιουργία που απέτυχε"

#: apps/applications/columns.py templates/applications/_wish.html
msgid "Applicant"
msgstr "Αιτών"

#: apps/applications/columns.py apps/auditlog/forms.py
#: apps/ganeti/forms/listing.py apps/ganeti/tables.py
#: templates/admin/ganeti/cluster/_report.html
#: templates/applications/_decision.html templates/auditlog/history.html
#: templates/ganeti/_instance_facts.html templates/ganeti/instance_list.html
msgid "Cluster"
msgstr "Συστοιχία"

#: apps/applications/columns.py apps/ganeti/tables.py
#: templates/applications/_total.html
msgid "Disk, GiB"
msgstr "Δίσκος, GiB"

#: apps/applications/columns.py templates/applications/_wish.html
msgid "Filed"
msgstr "Υποβλήθηκε"

#: apps/applications/columns.py apps/applications/forms/applying.py
#: templates/applications/list.html
msgid "Host name"
msgstr "Όνομα υπολογιστή"

#: apps/applications/columns.py apps/ganeti/tables.py
#: templates/applications/_total.html
msgid "Memory, GiB"
msgstr "Μνήμη, GiB"

#: apps/applications/columns.py apps/applications/forms/listing.py
#: templates/applications/list.html
msgid "Status"
msgstr "Κατάσταση"

#: apps/applications/columns.py apps/ganeti/tables.py
#: templates/applications/_total.html templates/applications/_wish.html
#: templates/ganeti/_instance_facts.html
msgid "vCPUs"
msgstr "vCPU"

#: apps/applications/filing.py
msgctxt "action"
msgid "Apply for a machine"
msgstr "Αίτηση για μηχάνημα"

#: apps/applications/filing.py
msgid "This application is not theirs."
msgstr "Η αίτηση δεν είναι δική τους."

#: apps/applications/filing.py
msgctxt "action"
msgid "Withdraw an application"
msgstr "Ανάκληση αίτησης"

#: apps/applications/forms/applying.py
msgid "A machine has this name already."
msgstr "Υπάρχει ήδη μηχάνημα με αυτό το όνομα."

#: apps/applications/forms/applying.py
msgid "As the staff chooses"
msgstr "Όποιο επιλέξουν οι διαχειριστές"

#: apps/applications/forms/applying.py
msgid "Choose an organization, or name a contact."
msgstr "Επιλέξτε οργανισμό ή δώστε ένα πρόσωπο επικοινωνίας."

#: apps/applications/forms/applying.py templates/applications/_wish.html
msgid "Comments"
msgstr "Σχόλια"

#: apps/applications/forms/applying.py templates/applications/_wish.html
#: templates/ganeti/_instance_disks.html templates/ganeti/_instance_facts.html
msgid "Disk"
msgstr "Δίσκος"

#: apps/applications/forms/applying.py
msgid "Give a mail address or a phone number, or both."
msgstr "Δώστε διεύθυνση e-mail ή αριθμό τηλεφώνου, ή και τα δύο."

#: apps/applications/forms/applying.py
msgid "I accept the terms of service"
msgstr "Αποδέχομαι τους όρους χρήσης"

#: apps/applications/forms/applying.py
msgid "It will host a mail server"
msgstr "Θα φιλοξενήσει διακομιστή αλληλογραφίας"

#: apps/applications/forms/applying.py
msgid "Its whole name with the domain. It has to be new."
msgstr "Ολόκληρο το όνομα, με τον τομέα. Πρέπει να είναι καινούργιο."

#: apps/applications/forms/applying.py
msgid "Mail"
msgstr "E-mail"

#: apps/applications/forms/applying.py templates/applications/_wish.html
#: templates/ganeti/_instance_facts.html
msgid "Memory"
msgstr "Μνήμη"

#: apps/applications/forms/applying.py apps/ganeti/tables.py
#: templates/ganeti/_instance_disks.html
msgid "Name"
msgstr "Όνομα"

#: apps/applications/forms/applying.py templates/applications/_decision.html
#: templates/applications/_wish.html templates/ganeti/_instance_network.html
msgid "Network"
msgstr "Δίκτυο"

#: apps/applications/forms/applying.py
msgid "None"
msgstr "Κανένας"

#: apps/applications/forms/applying.py templates/applications/_wish.html
#: templates/ganeti/_instance_facts.html
msgid "Operating system"
msgstr "Λειτουργικό σύστημα"

#: apps/applications/forms/applying.py templates/applications/_wish.html
msgid "Organization"
msgstr "Οργανισμός"

#: apps/applications/forms/applying.py
msgid "Phone"
msgstr "Τηλέφωνο"

#: apps/applications/forms/applying.py
msgid "Somebody else has asked for this name already."
msgstr "Κάποιος άλλος έχει ήδη ζητήσει αυτό το όνομα."

#: apps/applications/forms/applying.py
msgid "Virtual CPUs"
msgstr "Εικονικές CPU"

#: apps/applications/forms/applying.py
msgid "What the machine is for, and what else there is to say."
msgstr "Σε τι θα χρησιμεύσει το μηχάνημα και ό,τι άλλο θέλετε να πείτε."

#: apps/applications/forms/applying.py
msgid "Who is the contact?"
msgstr "Με ποιον θα επικοινωνούμε;"

#: apps/applications/forms/applying.py
msgid "Whom the machine is for."
msgstr "Για ποιον είναι το μηχάνημα."

#: apps/applications/forms/applying.py
msgid "Without accepting them there is no machine."
msgstr "Χωρίς να τους αποδεχτείτε, δεν δίνεται μηχάνημα."

#: apps/applications/forms/applying.py
msgid "You have asked for a machine of this name already."
msgstr "Έχετε ήδη ζητήσει μηχάνημα με αυτό το όνομα."

#: apps/applications/forms/applying.py
msgid ""
"Your SSH keys are put into it, where it can take them. Without one, the "
"machine starts with an empty disk."
msgstr ""
"Τα κλειδιά SSH σας μπαίνουν σε αυτό, όπου γίνεται. Χωρίς λειτουργικό "
"σύστημα, το μηχάνημα ξεκινά με άδειο δίσκο."

#: apps/applications/forms/applying.py
msgid "Your groups may ask for one of these."
msgstr "Οι ομάδες σας μπορούν να ζητήσουν κάποιο από αυτά."

#: apps/applications/forms/listing.py apps/auditlog/forms.py
#: apps/ganeti/forms/listing.py
msgid "Search"
msgstr "Αναζήτηση"

#: apps/applications/forms/review.py
#, python-format
msgid "%(image)s (gone)"
msgstr "%(image)s (δεν υπάρχει πια)"

#: apps/applications/forms/review.py
#, python-format
msgid "A machine on %(cluster)s has this name already."
msgstr "Μηχάνημα στη συστοιχία %(cluster)s έχει ήδη αυτό το όνομα."

#: apps/applications/forms/review.py
msgid "A username, letter for letter."
msgstr "Όνομα χρήστη, γράμμα προς γράμμα."

#: apps/applications/forms/review.py
msgid "Another application asks for this name."
msgstr "Άλλη αίτηση ζητά αυτό το όνομα."

#: apps/applications/forms/review.py
msgid "Choose a cluster."
msgstr "Επιλέξτε συστοιχία."

#: apps/applications/forms/review.py
msgid "Choose from what this cluster offers, shown below now."
msgstr "Επιλέξτε από όσα προσφέρει αυτή η συστοιχία· φαίνονται τώρα παρακάτω."

#: apps/applications/forms/review.py
msgid "Choose one of these."
msgstr "Επιλέξτε ένα από αυτά."

#: apps/applications/forms/review.py
msgid "Comments of the staff"
msgstr "Σχόλια των διαχειριστών"

#: apps/applications/forms/review.py
msgid "Give a reason; the applicant is told it."
msgstr "Γράψτε αιτιολογία· ο αιτών τη μαθαίνει."

#: apps/applications/forms/review.py
msgid "It hosts a mail server"
msgstr "Φιλοξενεί διακομιστή email"

#: apps/applications/forms/review.py
msgid "Mailed to the applicant, as you write it."
msgstr "Στέλνεται στον αιτούντα με email, όπως τη γράφετε."

#: apps/applications/forms/review.py
msgid "Memory, MiB"
msgstr "Μνήμη, MiB"

#: apps/applications/forms/review.py
msgid "Reason"
msgstr "Αιτιολογία"

#: apps/applications/forms/review.py
msgid "The applicant does not see them."
msgstr "Ο αιτών δεν τα βλέπει."

#: apps/applications/forms/review.py
msgid ""
"The failed build has left a machine of the old name behind. It is removed "
"when the application is submitted again under that name."
msgstr ""
"Η αποτυχημένη δημιουργία άφησε μηχάνημα με το παλιό όνομα. Αφαιρείται όταν η "
"αίτηση υποβληθεί ξανά με εκείνο το όνομα."

#: apps/applications/forms/review.py
msgid "There is no such image any more."
msgstr "Δεν υπάρχει πια τέτοια εικόνα."

#: apps/applications/forms/review.py
msgid "There is no such user, or the account is off."
msgstr "Δεν υπάρχει τέτοιος χρήστης ή ο λογαριασμός είναι ανενεργός."

#: apps/applications/forms/review.py
msgid "This is none of the choices."
msgstr "Δεν είναι καμία από τις επιλογές."

#: apps/applications/models.py apps/ganeti/admin/job.py apps/ganeti/models.py
msgid "Ganeti's message"
msgstr "μήνυμα του Ganeti"

#: apps/applications/models.py
msgid "accepted"
msgstr "εγκρίθηκε"

#: apps/applications/models.py
msgid "applicant"
msgstr "αιτών"

#: apps/applications/models.py
msgid "application"
msgstr "αίτηση"

#: apps/applications/models.py
msgid "applications"
msgstr "αιτήσεις"

#: apps/applications/models.py
msgid "can view all applications"
msgstr "μπορεί να βλέπει όλες τις αιτήσεις"

#: apps/applications/models.py apps/ganeti/models.py
msgid "changed"
msgstr "άλλαξε"

#: apps/applications/models.py apps/auditlog/models.py
#: apps/ganeti/admin/cluster.py apps/ganeti/models.py
msgid "cluster"
msgstr "συστοιχία"

#: apps/applications/models.py
msgid "comments"
msgstr "σχόλια"

#: apps/applications/models.py
msgid "contact's mail"
msgstr "email υπευθύνου"

#: apps/applications/models.py
msgid "contact's name"
msgstr "όνομα υπευθύνου"

#: apps/applications/models.py
msgid "contact's phone"
msgstr "τηλέφωνο υπευθύνου"

#: apps/applications/models.py
msgid "created"
msgstr "δημιουργήθηκε"

#: apps/applications/models.py
msgid "discarded"
msgstr "αγνοήθηκε"

#: apps/applications/models.py
msgid "disk template"
msgstr "τύπος δίσκου"

#: apps/applications/models.py
msgid "disk, GiB"
msgstr "δίσκος, GiB"

#: apps/applications/models.py apps/ganeti/models.py
msgid "failed"
msgstr "απέτυχε"

#: apps/applications/models.py
msgid "filed"
msgstr "υποβλήθηκε"

#: apps/applications/models.py apps/ganeti/models.py
msgid "host name"
msgstr "όνομα υπολογιστή"

#: apps/applications/models.py
msgid "hosts a mail server"
msgstr "φιλοξενεί διακομιστή email"

#: apps/applications/models.py apps/ganeti/models.py
msgid "job"
msgstr "εργασία"

#: apps/applications/models.py
msgid "memory, MiB"
msgstr "μνήμη, MiB"

#: apps/applications/models.py apps/ganeti/models.py
msgid "network"
msgstr "δίκτυο"

#: apps/applications/models.py
msgid "node group"
msgstr "ομάδα κόμβων"

#: apps/applications/models.py
msgid "not taken by the cluster"
msgstr "δεν έγινε δεκτή από τη συστοιχία"

#: apps/applications/models.py
msgid "operating system"
msgstr "λειτουργικό σύστημα"

#: apps/applications/models.py
msgid "reason of refusal"
msgstr "λόγος απόρριψης"

#: apps/applications/models.py apps/auditlog/models.py
msgid "refused"
msgstr "απορρίφθηκε"

#: apps/applications/models.py
msgid "reviewer"
msgstr "κριτής"

#: apps/applications/models.py
msgid "staff's comments"
msgstr "σχόλια διαχειριστών"

#: apps/applications/models.py apps/ganeti/admin/job.py apps/ganeti/models.py
msgid "status"
msgstr "κατάσταση"

#: apps/applications/models.py
msgid "storage provider"
msgstr "πάροχος αποθήκευσης"

#: apps/applications/models.py
msgid "submitted to the cluster"
msgstr "στάλθηκε στη συστοιχία"

#: apps/applications/models.py
msgid "virtual CPUs"
msgstr "εικονικοί επεξεργαστές"

#: apps/applications/models.py
msgid "volume group"
msgstr "ομάδα τόμων"

#: apps/applications/models.py
msgid "withdrawn"
msgstr "αποσύρθηκε"

#: apps/applications/panel.py
#, python-format
msgid "%(n)d node"
msgid_plural "%(n)d nodes"
msgstr[0] "%(n)d κόμβος"
msgstr[1] "%(n)d κόμβοι"

#: apps/applications/panel.py
#, python-format
msgid "%(n)d out of use"
msgstr "%(n)d εκτός χρήσης"

#: apps/applications/panel.py
#, python-format
msgid "CPUs: %(cpus)d, vCPUs given: %(given)d"
msgstr "CPU: %(cpus)d, vCPU σε μηχανήματα: %(given)d"

#: apps/applications/panel.py
msgid "Volume group, of plain and drbd"
msgstr "Ομάδα τόμων, για plain και drbd"

#: apps/applications/panel.py
#, python-format
msgid "disk free: %(all)s GiB"
msgstr "ελεύθερος δίσκος: %(all)s GiB"

#: apps/applications/panel.py
#, python-format
msgid "memory free: %(all)s GiB, %(one)s on one node"
msgstr "ελεύθερη μνήμη: %(all)s GiB, %(one)s σε έναν κόμβο"

#: apps/applications/reviewing.py
msgctxt "action"
msgid "Accept an application"
msgstr "Έγκριση αίτησης"

#: apps/applications/reviewing.py
msgctxt "action"
msgid "Create without an application"
msgstr "Δημιουργία χωρίς αίτηση"

#: apps/applications/reviewing.py
msgctxt "action"
msgid "Decide about an application"
msgstr "Απόφαση για αίτηση"

#: apps/applications/reviewing.py
msgctxt "action"
msgid "Discard an application"
msgstr "Παράβλεψη αίτησης"

#: apps/applications/reviewing.py
msgctxt "action"
msgid "Refuse an application"
msgstr "Απόρριψη αίτησης"

#: apps/applications/states.py
msgctxt "application"
msgid "Approved"
msgstr "Εγκρίθηκε"

#: apps/applications/states.py
msgctxt "application"
msgid "Being built"
msgstr "Δημιουργείται"

#: apps/applications/states.py
msgctxt "application"
msgid "Created"
msgstr "Δημιουργήθηκε"

#: apps/applications/states.py
msgctxt "application"
msgid "Discarded"
msgstr "Αγνοήθηκε"

#: apps/applications/states.py
msgctxt "application"
msgid "Failed"
msgstr "Απέτυχε"

#: apps/applications/states.py
msgctxt "application"
msgid "Pending"
msgstr "Εκκρεμεί"

#: apps/applications/states.py
msgctxt "application"
msgid "Refused"
msgstr "Απορρίφθηκε"

#: apps/applications/states.py
msgctxt "application"
msgid "Submitted"
msgstr "Στάλθηκε στη συστοιχία"

#: apps/applications/states.py
msgctxt "application"
msgid "Withdrawn"
msgstr "Αποσύρθηκε"

#: apps/applications/story.py
msgid ""
"It was accepted and will be built. You get a mail when the machine is ready."
msgstr ""
"Έγινε δεκτή και το μηχάνημα θα στηθεί. Θα λάβετε e-mail μόλις είναι έτοιμο."

#: apps/applications/story.py
msgid "It was accepted. You get a mail when the machine is ready."
msgstr "Έγινε δεκτή. Θα λάβετε e-mail μόλις το μηχάνημα είναι έτοιμο."

#: apps/applications/story.py
msgid "It was withdrawn; nothing is done about it."
msgstr "Ανακλήθηκε· δεν θα γίνει τίποτα γι’ αυτήν."

#: apps/applications/story.py
msgid ""
"The machine could not be built. The staff knows, and will try again or write "
"to you."
msgstr ""
"Το μηχάνημα δεν μπόρεσε να στηθεί. Οι διαχειριστές το ξέρουν και θα "
"δοκιμάσουν ξανά ή θα σας γράψουν."

#: apps/applications/story.py
msgid "The machine is being built. You get a mail when it is ready."
msgstr "Το μηχάνημα στήνεται. Θα λάβετε e-mail μόλις είναι έτοιμο."

#: apps/applications/story.py
msgid "The staff"
msgstr "Οι διαχειριστές"

#: apps/applications/story.py
msgid "The staff closed it without building a machine."
msgstr "Οι διαχειριστές την έκλεισαν χωρίς να στήσουν μηχάνημα."

#: apps/applications/story.py
msgid "The staff did not accept it."
msgstr "Οι διαχειριστές δεν τη δέχτηκαν."

#: apps/applications/story.py
msgid "The staff will look at it. You get a mail when it is decided."
msgstr "Θα τη δουν οι διαχειριστές. Θα λάβετε e-mail μόλις αποφασίσουν."

#: apps/applications/story.py
msgid "This site"
msgstr "Ο ιστότοπος"

#: apps/applications/surroundings.py
msgid "No cluster was chosen."
msgstr "Δεν επιλέχθηκε συστοιχία."

#: apps/applications/surroundings.py
#, python-format
msgid "Nothing is known of %(cluster)s yet."
msgstr "Δεν είναι ακόμη τίποτα γνωστό για τη συστοιχία %(cluster)s."

#: apps/applications/surroundings.py
#, python-format
msgid "Nothing may be built on %(cluster)s now."
msgstr "Τώρα δεν μπορεί να δημιουργηθεί τίποτα στη συστοιχία %(cluster)s."

#: apps/applications/surroundings.py
#, python-format
msgid "The node group %(group)s is under maintenance."
msgstr ""

#: apps/applications/surroundings.py
#, python-format
msgid "There is no network %(network)s on the cluster any more."
msgstr ""

#: apps/applications/surroundings.py
#, python-format
msgid "There is no operating system image %(image)s any more."
msgstr "Η εικόνα λειτουργικού συστήματος %(image)s δεν υπάρχει πια."

#: apps/applications/surroundings.py
#, python-format
msgid "This site may only look at %(cluster)s, not change it."
msgstr ""
"Ο ιστότοπος μπορεί μόνο να βλέπει τη συστοιχία %(cluster)s, όχι να την "
"αλλάζει."

#: apps/applications/trials.py
msgid "A machine of this name is on the cluster already."
msgstr "Υπάρχει ήδη μηχάνημα με αυτό το όνομα στη συστοιχία."

#: apps/applications/trials.py
msgid "A node cannot install this operating system."
msgstr "Κάποιος κόμβος δεν μπορεί να εγκαταστήσει αυτό το λειτουργικό σύστημα."

#: apps/applications/trials.py
msgid "A node does not have the link of the network."
msgstr "Κάποιος κόμβος δεν έχει τη ζεύξη του δικτύου."

#: apps/applications/trials.py
msgid "Ganeti finds no node that could take it."
msgstr "Το Ganeti δεν βρίσκει κόμβο που να μπορεί να το δεχτεί."

#: apps/applications/trials.py
msgid "It is smaller or larger than the node group's policy allows."
msgstr ""
"Είναι μικρότερο ή μεγαλύτερο από όσο επιτρέπει η πολιτική της ομάδας κόμβων."

#: apps/applications/trials.py
msgid "Look at what it says."
msgstr "Δείτε τι λέει."

#: apps/applications/trials.py
msgid "No node has enough CPUs free."
msgstr "Κανένας κόμβος δεν έχει αρκετές ελεύθερες CPU."

#: apps/applications/trials.py
msgid "No node has enough disk free."
msgstr "Κανένας κόμβος δεν έχει αρκετό ελεύθερο δίσκο."

#: apps/applications/trials.py
msgid "No node has enough memory free."
msgstr "Κανένας κόμβος δεν έχει αρκετή ελεύθερη μνήμη."

#: apps/applications/trials.py
msgid "The cluster did not answer, so nobody knows."
msgstr "Η συστοιχία δεν απάντησε, άρα δεν ξέρει κανείς."

#: apps/applications/trials.py
msgid "The cluster does not allow this disk template."
msgstr "Η συστοιχία δεν επιτρέπει αυτόν τον τύπο δίσκου."

#: apps/applications/trials.py
msgid "The network has no free address."
msgstr "Το δίκτυο δεν έχει ελεύθερη διεύθυνση."

#: apps/applications/trials.py
msgid "The network is gone."
msgstr "Το δίκτυο δεν υπάρχει πια."

#: apps/applications/trials.py
msgid "The network is not connected to the node group."
msgstr "Το δίκτυο δεν είναι συνδεδεμένο με την ομάδα κόμβων."

#: apps/applications/views/applying.py
msgid "It was not withdrawn: the staff has decided about it already."
msgstr "Δεν ανακλήθηκε: οι διαχειριστές έχουν ήδη αποφασίσει γι’ αυτήν."

#: apps/applications/views/applying.py
msgid "The application was withdrawn."
msgstr "Η αίτηση ανακλήθηκε."

#: apps/applications/views/applying.py apps/applications/views/reading.py
msgid "There is no such application, or it is not yours to see."
msgstr "Δεν υπάρχει τέτοια αίτηση ή δεν έχετε πρόσβαση σε αυτή."

#: apps/applications/views/applying.py
#, python-format
msgid ""
"Whether the name is free on %(clusters)s could not be found out, since it "
"does not answer; the staff will look again."
msgid_plural ""
"Whether the name is free on %(clusters)s could not be found out, since they "
"do not answer; the staff will look again."
msgstr[0] ""
"Αν το όνομα είναι ελεύθερο στη συστοιχία %(clusters)s δεν έγινε γνωστό, αφού "
"δεν απαντά· θα το ξαναδούν οι διαχειριστές."
msgstr[1] ""
"Αν το όνομα είναι ελεύθερο στις συστοιχίες %(clusters)s δεν έγινε γνωστό, "
"αφού δεν απαντούν· θα το ξαναδούν οι διαχειριστές."

#: apps/applications/views/applying.py
#, python-format
msgid "Your application for %(name)s was sent."
msgstr "Η αίτησή σας για το %(name)s στάλθηκε."

#: apps/applications/views/creating.py apps/applications/views/reviewing.py
#, python-format
msgid "It was accepted, but its cluster did not take it: %(why)s"
msgstr "Εγκρίθηκε, αλλά η συστοιχία δεν τη δέχτηκε: %(why)s"

#: apps/applications/views/reviewing.py
#, python-format
msgid "%(name)s was accepted; %(cluster)s is building it."
msgstr "Το %(name)s εγκρίθηκε· το δημιουργεί η συστοιχία %(cluster)s."

#: apps/applications/views/reviewing.py apps/ganeti/access.py
msgid "Only reviewers decide about applications."
msgstr "Μόνο οι κριτές αποφασίζουν για αιτήσεις."

#: apps/applications/views/reviewing.py
msgid "The application was discarded. Nobody is told."
msgstr "Η αίτηση αγνοήθηκε. Δεν ειδοποιείται κανείς."

#: apps/applications/views/reviewing.py
msgid "The application was refused, and the applicant is told why."
msgstr "Η αίτηση απορρίφθηκε και ο αιτών μαθαίνει γιατί."

#: apps/applications/views/reviewing.py
msgid "There was no such trial."
msgstr "Δεν υπήρξε τέτοια δοκιμή."

#: apps/applications/words.py
msgctxt "applications"
msgid "All open"
msgstr "Όλες οι ανοιχτές"

#: apps/applications/words.py
msgctxt "applications"
msgid "All past"
msgstr "Όλες οι παλιές"

#: apps/applications/words.py
msgid "No operating system"
msgstr "Χωρίς λειτουργικό σύστημα"

#: apps/applications/words.py templates/_nav.html
msgctxt "applications"
msgid "To be reviewed"
msgstr "Προς εξέταση"

#: apps/auditlog/admin.py
msgid "User, instance, cluster, address or detail."
msgstr "Χρήστης, μηχάνημα, συστοιχία, διεύθυνση ή λεπτομέρεια."

#: apps/auditlog/admin.py templates/auditlog/_lines.html
msgid "What"
msgstr "Τι"

#: apps/auditlog/admin.py
msgid "allowed"
msgstr "επιτράπηκε"

#: apps/auditlog/apps.py
msgid "Audit log"
msgstr "Αρχείο ενεργειών"

#: apps/auditlog/forms.py templates/auditlog/history.html
msgid "Action"
msgstr "Ενέργεια"

#: apps/auditlog/forms.py templates/auditlog/_lines.html
#: templates/auditlog/history.html
msgid "Outcome"
msgstr "Έκβαση"

#: apps/auditlog/models.py
msgid "action"
msgstr "ενέργεια"

#: apps/auditlog/models.py
msgid "address"
msgstr "διεύθυνση"

#: apps/auditlog/models.py
msgid "audit entries"
msgstr "εγγραφές ενεργειών"

#: apps/auditlog/models.py
msgid "audit entry"
msgstr "εγγραφή ενέργειας"

#: apps/auditlog/models.py
msgid "changes"
msgstr "αλλαγές"

#: apps/auditlog/models.py
msgid "detail"
msgstr "λεπτομέρεια"

#: apps/auditlog/models.py apps/ganeti/models.py
msgid "instance"
msgstr "μηχάνημα"

#: apps/auditlog/models.py apps/ganeti/models.py
msgid "user"
msgstr "χρήστης"

#: apps/auditlog/models.py
msgid "user name"
msgstr "όνομα χρήστη"

#: apps/auditlog/models.py
msgid "when"
msgstr "πότε"

#: apps/ganeti/access.py
msgid "An application is withdrawn by who filed it alone."
msgstr "Μια αίτηση την ανακαλεί μόνο όποιος την υπέβαλε."

#: apps/ganeti/access.py
msgid "Only superusers have machines built without asking."
msgstr "Μόνο οι υπερχρήστες δημιουργούν μηχανήματα χωρίς αίτηση."

#: apps/ganeti/access.py
msgid "The hosts of this machine are under maintenance; try again later."
msgstr ""
"Οι διακομιστές που φιλοξενούν το μηχάνημα συντηρούνται· δοκιμάστε ξανά "
"αργότερα."

#: apps/ganeti/access.py
msgid "The staff has locked this machine: you can look, but not act."
msgstr ""
"Οι διαχειριστές έχουν κλειδώσει αυτό το μηχάνημα: μπορείτε να το βλέπετε, "
"αλλά όχι να το χειρίζεστε."

#: apps/ganeti/access.py
msgid "You may look at this machine, but not run it."
msgstr "Μπορείτε να βλέπετε αυτό το μηχάνημα, αλλά όχι να το χειρίζεστε."

#: apps/ganeti/admin/__init__.py templates/_nav.html
msgid "Administration"
msgstr "Διαχείριση"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid "%d instance"
msgid_plural "%d instances"
msgstr[0] "%d μηχάνημα"
msgstr[1] "%d μηχανήματα"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid "%d node"
msgid_plural "%d nodes"
msgstr[0] "%d κόμβος"
msgstr[1] "%d κόμβοι"

#: apps/ganeti/admin/cluster.py
msgid ""
"A user with the option “write” in /var/lib/ganeti/rapi/users on the cluster. "
"With one that may only read, the site shows everything and changes nothing. "
"The password is stored encrypted."
msgstr ""
"Ένας χρήστης με την επιλογή «write» στο /var/lib/ganeti/rapi/users της "
"συστοιχίας. Με χρήστη που μπορεί μόνο να διαβάζει, ο ιστότοπος δείχνει τα "
"πάντα και δεν αλλάζει τίποτα. Το συνθηματικό αποθηκεύεται κρυπτογραφημένο."

#: apps/ganeti/admin/cluster.py apps/ganeti/admin/marks.py
msgid "Answers"
msgstr "Απαντά"

#: apps/ganeti/admin/cluster.py
msgid "Certificate"
msgstr "Πιστοποιητικό"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid "Connected to %s"
msgstr "Έγινε σύνδεση με %s"

#: apps/ganeti/admin/cluster.py
msgid "Disable"
msgstr "Απενεργοποίηση"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid "Disabled: %s."
msgstr "Απενεργοποιήθηκαν: %s."

#: apps/ganeti/admin/cluster.py apps/ganeti/admin/marks.py
msgid "Down"
msgstr "Δεν απαντά"

#: apps/ganeti/admin/cluster.py
msgid "Enable"
msgstr "Ενεργοποίηση"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid "Enabled: %s."
msgstr "Ενεργοποιήθηκαν: %s."

#: apps/ganeti/admin/cluster.py
msgid ""
"How the site knows that it talks to this cluster and to nobody in between. "
"Ganeti's certificates are self-signed, so the fingerprint is usual: leave it "
"empty to be shown the certificate and to confirm it."
msgstr ""
"Πώς ξέρει ο ιστότοπος ότι μιλά με αυτή τη συστοιχία και όχι με κάποιον "
"ενδιάμεσο. Τα πιστοποιητικά του Ganeti είναι αυτοϋπογεγραμμένα, γι' αυτό "
"συνηθίζεται το αποτύπωμα: αφήστε το κενό, για να δείτε το πιστοποιητικό και "
"να το επιβεβαιώσετε."

#: apps/ganeti/admin/cluster.py
msgid "No key in the settings fits its password: type it again."
msgstr ""
"Κανένα κλειδί των ρυθμίσεων δεν ταιριάζει στο συνθηματικό της: "
"πληκτρολογήστε το ξανά."

#: apps/ganeti/admin/cluster.py apps/ganeti/admin/marks.py
msgid "Not asked yet"
msgstr "Δεν έχει ερωτηθεί ακόμη"

#: apps/ganeti/admin/cluster.py
msgid "Nothing to do: they are so already."
msgstr "Δεν χρειάζεται τίποτα: είναι ήδη έτσι."

#: apps/ganeti/admin/cluster.py apps/ganeti/models.py
msgid "RAPI user"
msgstr "Χρήστης RAPI"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid "Saved although it does not work: %s"
msgstr "Αποθηκεύτηκε, αν και δεν λειτουργεί: %s"

#: apps/ganeti/admin/cluster.py apps/ganeti/forms/listing.py
#: apps/ganeti/tables.py templates/ganeti/instance_list.html
msgid "State"
msgstr "Κατάσταση"

#: apps/ganeti/admin/cluster.py
msgid "Test the connection"
msgstr "Δοκιμή της σύνδεσης"

#: apps/ganeti/admin/cluster.py
msgid "What it is used for"
msgstr "Σε τι χρησιμεύει"

#: apps/ganeti/admin/cluster.py
msgid "certificate"
msgstr "πιστοποιητικό"

#: apps/ganeti/admin/cluster.py
msgid "contents"
msgstr "περιεχόμενα"

#: apps/ganeti/admin/cluster.py
msgid "state"
msgstr "κατάσταση"

#: apps/ganeti/admin/cluster.py
#, python-format
msgid ""
"“%s”: its certificate is not checked. Whoever sits in between reads the "
"password and can do anything to the cluster. Pin its fingerprint."
msgstr ""
"«%s»: το πιστοποιητικό της δεν ελέγχεται. Όποιος παρεμβληθεί διαβάζει το "
"συνθηματικό και μπορεί να κάνει οτιδήποτε στη συστοιχία. Καθορίστε το "
"αποτύπωμά του."

#: apps/ganeti/admin/job.py
msgid "How it was followed"
msgstr "Πώς παρακολουθήθηκε"

#: apps/ganeti/admin/job.py
msgid "Instance, user, Ganeti's job id or our key."
msgstr "Μηχάνημα, χρήστης, αριθμός εργασίας του Ganeti ή κλειδί μας."

#: apps/ganeti/admin/job.py
msgid "Log"
msgstr "Καταγραφή"

#: apps/ganeti/admin/job.py
msgid "The key travels to Ganeti in the job's reason."
msgstr "Το κλειδί φτάνει στο Ganeti μέσα στην αιτιολογία της εργασίας."

#: apps/ganeti/admin/job.py
msgid "Who and when"
msgstr "Ποιος και πότε"

#: apps/ganeti/admin/job.py
msgid "log"
msgstr "καταγραφή"

#: apps/ganeti/admin/marks.py apps/ganeti/models.py
msgid "CA file"
msgstr "Αρχείο CA"

#: apps/ganeti/admin/marks.py
msgid "Disabled"
msgstr "Απενεργοποιημένη"

#: apps/ganeti/admin/marks.py
msgid "Fingerprint"
msgstr "Αποτύπωμα"

#: apps/ganeti/admin/marks.py
msgid "First noticed {}. {}"
msgstr "Διαπιστώθηκε {}. {}"

#: apps/ganeti/admin/marks.py
msgid "Not checked"
msgstr "Δεν ελέγχεται"

#: apps/ganeti/admin/marks.py
msgid "Not confirmed"
msgstr "Δεν επιβεβαιώθηκε"

#: apps/ganeti/admin/marks.py
msgid "Not tested"
msgstr "Δεν δοκιμάστηκε"

#: apps/ganeti/admin/marks.py
msgid "Read and write"
msgstr "Ανάγνωση και εγγραφή"

#: apps/ganeti/admin/marks.py
msgid "Read only"
msgstr "Μόνο ανάγνωση"

#: apps/ganeti/admin/marks.py
msgid "System CA"
msgstr "CA του συστήματος"

#: apps/ganeti/admin/network.py
msgid ""
"As in Ganeti's NIC parameters. Networks that the cluster itself manages (gnt-"
"network) come from there and need no entry here."
msgstr ""
"Όπως στις παραμέτρους NIC του Ganeti. Όσα δίκτυα διαχειρίζεται η ίδια η "
"συστοιχία (gnt-network) έρχονται από εκεί και δεν χρειάζονται καταχώριση εδώ."

#: apps/ganeti/admin/network.py
msgid "How a NIC is attached"
msgstr "Πώς συνδέεται μια κάρτα δικτύου"

#: apps/ganeti/admin/network.py
msgid ""
"The default is taken where nobody chose a network. Members of the groups are "
"offered this one."
msgstr ""
"Το προεπιλεγμένο χρησιμοποιείται όπου δεν επιλέχθηκε δίκτυο. Στα μέλη των "
"ομάδων προσφέρεται αυτό εδώ."

#: apps/ganeti/admin/network.py
msgid "Who gets it"
msgstr "Σε ποιους δίνεται"

#: apps/ganeti/apps.py
msgid "Ganeti"
msgstr "Ganeti"

#: apps/ganeti/encryption.py
msgid "No key in the settings fits its RAPI password."
msgstr "Κανένα κλειδί των ρυθμίσεων δεν ταιριάζει στο συνθηματικό RAPI της."

#: apps/ganeti/forms/addresses.py
msgid "A SHA-256 fingerprint is 64 hexadecimal digits, with or without colons."
msgstr ""
"Ένα αποτύπωμα SHA-256 έχει 64 δεκαεξαδικά ψηφία, με ή χωρίς άνω και κάτω "
"τελείες."

#: apps/ganeti/forms/addresses.py
#, python-format
msgid "A prefix of %(bits)d bits is too long: /%(most)d or shorter is needed."
msgstr ""
"Πρόθεμα %(bits)d bit είναι πολύ μακρύ: χρειάζεται /%(most)d ή μικρότερο."

#: apps/ganeti/forms/addresses.py
msgid "Give the length, too: 2001:db8::/64."
msgstr "Δώστε και το μήκος: 2001:db8::/64."

#: apps/ganeti/forms/addresses.py
msgid "Give the name or address alone, without “https://”, port or path."
msgstr "Δώστε μόνο το όνομα ή τη διεύθυνση, χωρίς «https://», θύρα ή διαδρομή."

#: apps/ganeti/forms/addresses.py
msgid "Name the file."
msgstr "Γράψτε ποιο αρχείο."

#: apps/ganeti/forms/addresses.py
msgid "There is no certificate in this file."
msgstr "Το αρχείο δεν περιέχει πιστοποιητικό."

#: apps/ganeti/forms/addresses.py
#, python-format
msgid "This is an address in %(prefix)s. Is that the prefix?"
msgstr "Αυτή είναι διεύθυνση μέσα στο %(prefix)s. Μήπως αυτό είναι το πρόθεμα;"

#: apps/ganeti/forms/addresses.py
msgid "This is no IPv6 prefix. One looks like 2001:db8::/64."
msgstr "Αυτό δεν είναι πρόθεμα IPv6. Ένα τέτοιο μοιάζει με 2001:db8::/64."

#: apps/ganeti/forms/addresses.py
#, python-format
msgid "This server cannot read the file: %(why)s."
msgstr "Ο διακομιστής αυτός δεν μπορεί να διαβάσει το αρχείο: %(why)s."

#: apps/ganeti/forms/addresses.py
#, python-format
msgid "“%(slug)s” is part of other pages' addresses. Choose another name."
msgstr ""
"Το «%(slug)s» ανήκει στις διευθύνσεις άλλων σελίδων. Διαλέξτε άλλο όνομα."

#: apps/ganeti/forms/admin.py
msgid "Compare the certificate and confirm."
msgstr "Συγκρίνετε το πιστοποιητικό και επιβεβαιώστε."

#: apps/ganeti/forms/admin.py
msgid "Give the password of this user."
msgstr "Δώστε το συνθηματικό αυτού του χρήστη."

#: apps/ganeti/forms/admin.py
msgid "I have compared it: this is the cluster's certificate."
msgstr "Το συνέκρινα: αυτό είναι το πιστοποιητικό της συστοιχίας."

#: apps/ganeti/forms/admin.py
msgid ""
"Leave empty to be shown the certificate, or paste what this prints on the "
"master node: openssl x509 -in /var/lib/ganeti/rapi.pem -noout -fingerprint -"
"sha256"
msgstr ""
"Αφήστε το κενό για να δείτε το πιστοποιητικό ή επικολλήστε ό,τι τυπώνει στον "
"κύριο κόμβο: openssl x509 -in /var/lib/ganeti/rapi.pem -noout -fingerprint -"
"sha256"

#: apps/ganeti/forms/admin.py
msgid ""
"Names the cluster in pages, addresses and the audit log. Leave empty to take "
"it from the host name."
msgstr ""
"Το όνομα της συστοιχίας στις σελίδες, στις διευθύνσεις και στο αρχείο "
"ενεργειών. Αν μείνει κενό, προκύπτει από το όνομα του υπολογιστή."

#: apps/ganeti/forms/admin.py
msgid "Networks are taken from the cluster, not from those entered here."
msgstr ""
"Τα δίκτυα έρχονται από τη συστοιχία και όχι από όσα καταχωρίζονται εδώ."

#: apps/ganeti/forms/admin.py
msgid "No application can be sent here; what is there goes on."
msgstr "Δεν γίνονται δεκτές νέες αιτήσεις εδώ· ό,τι υπάρχει συνεχίζει."

#: apps/ganeti/forms/admin.py
msgid "Nothing is saved yet."
msgstr "Τίποτα δεν έχει αποθηκευτεί ακόμη."

#: apps/ganeti/forms/admin.py
msgid "One is kept, encrypted, and is never shown. Leave empty to keep it."
msgstr ""
"Υπάρχει ένα, κρυπτογραφημένο, και δεν εμφανίζεται ποτέ. Αφήστε το κενό για "
"να μείνει."

#: apps/ganeti/forms/admin.py apps/ganeti/models.py
msgid "RAPI password"
msgstr "Συνθηματικό RAPI"

#: apps/ganeti/forms/admin.py apps/ganeti/models.py
#: templates/admin/ganeti/cluster/_confirm.html
msgid "SHA-256 fingerprint"
msgstr "Αποτύπωμα SHA-256"

#: apps/ganeti/forms/admin.py
msgid "Save it although it does not work now."
msgstr "Να αποθηκευτεί, αν και τώρα δεν λειτουργεί."

#: apps/ganeti/forms/admin.py
msgid "The password kept cannot be read any more: type it again."
msgstr ""
"Το αποθηκευμένο συνθηματικό δεν διαβάζεται πια: πληκτρολογήστε το ξανά."

#: apps/ganeti/forms/admin.py
msgid "The path of a PEM file on this server, if one is used."
msgstr ""
"Η διαδρομή ενός αρχείου PEM σε αυτόν τον διακομιστή, αν χρησιμοποιείται."

#: apps/ganeti/forms/admin.py
msgid "Type it again: it was given for another address."
msgstr "Πληκτρολογήστε το ξανά: είχε δοθεί για άλλη διεύθυνση."

#: apps/ganeti/forms/admin.py
msgid "Typed already, and kept for the next step. Type it again to change it."
msgstr ""
"Δόθηκε ήδη και κρατιέται για το επόμενο βήμα. Για να αλλάξει, πληκτρολογήστε "
"το ξανά."

#: apps/ganeti/forms/admin.py
msgid "Where its RAPI answers: the cluster's name, which follows the master."
msgstr ""
"Πού απαντά το RAPI της: το όνομα της συστοιχίας, που ακολουθεί τον κύριο "
"κόμβο."

#: apps/ganeti/forms/admin.py
#, python-format
msgid "“%(network)s” is the default of %(cluster)s already."
msgstr ""
"Το «%(network)s» είναι ήδη το προεπιλεγμένο της συστοιχίας %(cluster)s."

#: apps/ganeti/forms/listing.py templates/ganeti/instance_list.html
msgid "Mark"
msgstr "Ένδειξη"

#: apps/ganeti/forms/listing.py apps/ganeti/tables.py
#: templates/ganeti/instance_list.html
msgid "Node"
msgstr "Κόμβος"

#: apps/ganeti/forms/listing.py
msgid "Not as it should be"
msgstr "Όχι όπως θα έπρεπε"

#: apps/ganeti/forms/listing.py templates/ganeti/instance_list.html
msgid "Owner"
msgstr "Κάτοχος"

#: apps/ganeti/forms/power.py
msgid "Full"
msgstr "Πλήρης"

#: apps/ganeti/forms/power.py
msgid "How"
msgstr "Τρόπος"

#: apps/ganeti/forms/power.py
msgid ""
"How long it may take by itself before it is switched off; 120 if left empty."
msgstr ""
"Πόσο χρόνο έχει να τερματιστεί μόνο του, πριν διακοπεί η λειτουργία του· 120 "
"αν μείνει κενό."

#: apps/ganeti/forms/power.py
msgid "It is shut down and started again on the same node."
msgstr "Τερματίζεται και ξεκινά πάλι στον ίδιο κόμβο."

#: apps/ganeti/forms/power.py
msgid "It restarts by itself, where its hypervisor can."
msgstr "Επανεκκινεί μόνο του, όπου το μπορεί ο hypervisor του."

#: apps/ganeti/forms/power.py
msgid "Its disks are taken down and put together again as well."
msgstr "Αποσυνδέονται και συνδέονται ξανά και οι δίσκοι του."

#: apps/ganeti/forms/power.py
msgid "Like pulling the plug: what it has not written to disk is lost."
msgstr "Σαν να τραβάτε το καλώδιο: ό,τι δεν έχει γραφτεί στον δίσκο χάνεται."

#: apps/ganeti/forms/power.py
msgid "Normal"
msgstr "Κανονική"

#: apps/ganeti/forms/power.py
msgid "Soft"
msgstr "Ήπια"

#: apps/ganeti/forms/power.py
msgid "Switch it off at once"
msgstr "Άμεση διακοπή λειτουργίας"

#: apps/ganeti/forms/power.py
msgid "Wait for it, seconds"
msgstr "Αναμονή, σε δευτερόλεπτα"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Cancelled"
msgstr "Ακυρώθηκε"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Done"
msgstr "Έγινε"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Failed"
msgstr "Απέτυχε"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Never reached Ganeti"
msgstr "Δεν έφτασε στο Ganeti"

#: apps/ganeti/history.py
msgctxt "action"
msgid "Not allowed"
msgstr "Δεν επιτράπηκε"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Outcome unknown"
msgstr "Άγνωστη έκβαση"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Refused by Ganeti"
msgstr "Δεν τη δέχτηκε το Ganeti"

#: apps/ganeti/history.py
msgctxt "job"
msgid "Running"
msgstr "Εκτελείται"

#: apps/ganeti/hostnames.py
#, python-format
msgid "A name has at most %(most)d characters."
msgstr "Ένα όνομα έχει το πολύ %(most)d χαρακτήρες."

#: apps/ganeti/hostnames.py
msgid ""
"A name is made of the letters a to z, digits and hyphens, in parts of at "
"most 63 characters with dots between them; no part begins or ends with a "
"hyphen."
msgstr ""
"Ένα όνομα αποτελείται από τα γράμματα a έως z, ψηφία και παύλες, σε τμήματα "
"το πολύ 63 χαρακτήρων με τελείες ανάμεσά τους· κανένα τμήμα δεν αρχίζει ούτε "
"τελειώνει με παύλα."

#: apps/ganeti/hostnames.py
msgid "Give the whole name with its domain, as in web1.example.org."
msgstr "Δώστε ολόκληρο το όνομα με τον τομέα του, όπως web1.example.org."

#: apps/ganeti/hostnames.py
msgid "This is no name: its last part is a number, as in an address."
msgstr ""
"Αυτό δεν είναι όνομα: το τελευταίο του τμήμα είναι αριθμός, όπως σε μια "
"διεύθυνση."

#: apps/ganeti/middleware.py
msgid "A cluster did not answer as it should."
msgstr "Μια συστοιχία δεν απάντησε όπως θα έπρεπε."

#: apps/ganeti/middleware.py
msgid "Its cluster is being asked for the first time."
msgstr "Η συστοιχία του ερωτάται τώρα για πρώτη φορά."

#: apps/ganeti/models.py
msgid "Ganeti's job id"
msgstr "αριθμός εργασίας του Ganeti"

#: apps/ganeti/models.py
msgid "IPv6 prefix"
msgstr "πρόθεμα IPv6"

#: apps/ganeti/models.py
msgid "Instances derive their IPv6 address from it, for example 2001:db8::/64."
msgstr ""
"Από αυτό προκύπτει η διεύθυνση IPv6 των μηχανημάτων, για παράδειγμα 2001:"
"db8::/64."

#: apps/ganeti/models.py
msgid "Members of these groups may ask for this network."
msgstr "Τα μέλη αυτών των ομάδων μπορούν να ζητήσουν αυτό το δίκτυο."

#: apps/ganeti/models.py
msgid "Names the cluster in addresses."
msgstr "Το όνομα της συστοιχίας στις διευθύνσεις."

#: apps/ganeti/models.py
msgid "Nothing is asked of a disabled cluster, and nobody sees it."
msgstr "Μια απενεργοποιημένη συστοιχία δεν ερωτάται και δεν τη βλέπει κανείς."

#: apps/ganeti/models.py
msgid "Superusers may create instances here without an application."
msgstr "Οι υπερχρήστες μπορούν να δημιουργούν εδώ μηχανήματα χωρίς αίτηση."

#: apps/ganeti/models.py
msgid "This cluster is here already."
msgstr "Η συστοιχία αυτή υπάρχει ήδη εδώ."

#: apps/ganeti/models.py
msgid "Whether the RAPI user may change things, as last tested."
msgstr "Αν ο χρήστης RAPI μπορεί να κάνει αλλαγές, κατά την τελευταία δοκιμή."

#: apps/ganeti/models.py
msgid "a CA file on this server"
msgstr "αρχείο CA σε αυτόν τον διακομιστή"

#: apps/ganeti/models.py
msgid "being canceled"
msgstr "ακυρώνεται"

#: apps/ganeti/models.py
msgid "being submitted"
msgstr "υποβάλλεται"

#: apps/ganeti/models.py
msgid "bridged"
msgstr "με γέφυρα (bridged)"

#: apps/ganeti/models.py
msgctxt "job"
msgid "build"
msgstr "δημιουργία"

#: apps/ganeti/models.py
msgid "can isolate instances"
msgstr "μπορεί να απομονώνει μηχανήματα"

#: apps/ganeti/models.py
msgid "can lock instances"
msgstr "μπορεί να κλειδώνει μηχανήματα"

#: apps/ganeti/models.py
msgid "can view all instances"
msgstr "μπορεί να βλέπει όλα τα μηχανήματα"

#: apps/ganeti/models.py
msgid "can view the graphs of all instances"
msgstr "μπορεί να βλέπει τα γραφήματα όλων των μηχανημάτων"

#: apps/ganeti/models.py
msgid "canceled"
msgstr "ακυρώθηκε"

#: apps/ganeti/models.py
msgctxt "job"
msgid "change of owners"
msgstr "αλλαγή κατόχων"

#: apps/ganeti/models.py
msgctxt "job"
msgid "change of tags"
msgstr "αλλαγή ετικετών"

#: apps/ganeti/models.py
msgctxt "job"
msgid "change of whitelist"
msgstr "αλλαγή επιτρεπόμενου υποδικτύου"

#: apps/ganeti/models.py
msgid "check its certificate by"
msgstr "έλεγχος πιστοποιητικού με"

#: apps/ganeti/models.py
msgid "clusters"
msgstr "συστοιχίες"

#: apps/ganeti/models.py
msgctxt "job"
msgid "configure"
msgstr "ρύθμιση"

#: apps/ganeti/models.py
msgid "description"
msgstr "περιγραφή"

#: apps/ganeti/models.py
msgctxt "job"
msgid "destroy"
msgstr "καταστροφή"

#: apps/ganeti/models.py
msgid "disable instance creation"
msgstr "χωρίς δημιουργία μηχανημάτων"

#: apps/ganeti/models.py
msgid "disabled"
msgstr "απενεργοποιημένη"

#: apps/ganeti/models.py
msgid "done"
msgstr "έγινε"

#: apps/ganeti/models.py
msgctxt "job"
msgid "end of isolation"
msgstr "τέλος απομόνωσης"

#: apps/ganeti/models.py
msgid "fast instance creation"
msgstr "ταχεία δημιουργία μηχανημάτων"

#: apps/ganeti/models.py
msgid "finished"
msgstr "τελείωσε"

#: apps/ganeti/models.py
msgid "groups"
msgstr "ομάδες"

#: apps/ganeti/models.py
msgctxt "job"
msgid "isolate"
msgstr "απομόνωση"

#: apps/ganeti/models.py
msgid "its fingerprint, pinned below"
msgstr "το αποτύπωμά του, που ορίζεται παρακάτω"

#: apps/ganeti/models.py
msgid "jobs"
msgstr "εργασίες"

#: apps/ganeti/models.py
msgid "kind"
msgstr "είδος"

#: apps/ganeti/models.py
msgid "link"
msgstr "σύνδεση (link)"

#: apps/ganeti/models.py
msgctxt "job"
msgid "lock"
msgstr "κλείδωμα"

#: apps/ganeti/models.py
msgid "may write"
msgstr "μπορεί να γράφει"

#: apps/ganeti/models.py
msgctxt "job"
msgid "migrate"
msgstr "μεταφορά"

#: apps/ganeti/models.py
msgid "mode"
msgstr "τρόπος λειτουργίας"

#: apps/ganeti/models.py
msgid "networks"
msgstr "δίκτυα"

#: apps/ganeti/models.py
msgid "never reached Ganeti"
msgstr "δεν έφτασε στο Ganeti"

#: apps/ganeti/models.py
msgid "not at all (dangerous)"
msgstr "τίποτα (επικίνδυνο)"

#: apps/ganeti/models.py
msgid "not known whether it arrived"
msgstr "άγνωστο αν έφτασε"

#: apps/ganeti/models.py
msgid "outcome unknown"
msgstr "άγνωστη έκβαση"

#: apps/ganeti/models.py
msgid "planned"
msgstr "προγραμματισμένη"

#: apps/ganeti/models.py
msgid "port"
msgstr "θύρα"

#: apps/ganeti/models.py
msgid "queued"
msgstr "στην ουρά"

#: apps/ganeti/models.py
msgid "reason"
msgstr "αιτιολογία"

#: apps/ganeti/models.py
msgctxt "job"
msgid "reboot"
msgstr "επανεκκίνηση"

#: apps/ganeti/models.py
msgid "refused by Ganeti"
msgstr "δεν τη δέχτηκε το Ganeti"

#: apps/ganeti/models.py
msgctxt "job"
msgid "reinstall"
msgstr "επανεγκατάσταση"

#: apps/ganeti/models.py
msgctxt "job"
msgid "rename"
msgstr "μετονομασία"

#: apps/ganeti/models.py
msgid "routed"
msgstr "με δρομολόγηση (routed)"

#: apps/ganeti/models.py
msgid "running"
msgstr "εκτελείται"

#: apps/ganeti/models.py
msgid "short name"
msgstr "σύντομο όνομα"

#: apps/ganeti/models.py
msgctxt "job"
msgid "shut down"
msgstr "τερματισμός"

#: apps/ganeti/models.py
msgctxt "job"
msgid "start"
msgstr "εκκίνηση"

#: apps/ganeti/models.py
msgid "submitted"
msgstr "υποβλήθηκε"

#: apps/ganeti/models.py
msgid "the cluster's default"
msgstr "προεπιλεγμένο της συστοιχίας"

#: apps/ganeti/models.py
msgid "this server's certificate authorities"
msgstr "τις αρχές πιστοποίησης αυτού του διακομιστή"

#: apps/ganeti/models.py
msgctxt "job"
msgid "trial"
msgstr "δοκιμή"

#: apps/ganeti/models.py
msgctxt "job"
msgid "unlock"
msgstr "ξεκλείδωμα"

#: apps/ganeti/models.py
msgid "uses gnt-network"
msgstr "χρησιμοποιεί gnt-network"

#: apps/ganeti/models.py
msgid "waiting"
msgstr "σε αναμονή"

#: apps/ganeti/moments.py
#, python-format
msgid "%(count)d day ago"
msgid_plural "%(count)d days ago"
msgstr[0] "πριν %(count)d ημέρα"
msgstr[1] "πριν %(count)d ημέρες"

#: apps/ganeti/moments.py
#, python-format
msgid "%(count)d h ago"
msgid_plural "%(count)d h ago"
msgstr[0] "πριν %(count)d ώρα"
msgstr[1] "πριν %(count)d ώρες"

#: apps/ganeti/moments.py
#, python-format
msgid "%(count)d min ago"
msgid_plural "%(count)d min ago"
msgstr[0] "πριν %(count)d λεπτό"
msgstr[1] "πριν %(count)d λεπτά"

#: apps/ganeti/moments.py
#, python-format
msgid "%(count)d s ago"
msgstr "πριν %(count)d δευτερόλεπτα"

#: apps/ganeti/moments.py
msgid "just now"
msgstr "μόλις τώρα"

#: apps/ganeti/placement.py
msgid "All its addresses are taken."
msgstr "Όλες οι διευθύνσεις του είναι πιασμένες."

#: apps/ganeti/placement.py
msgid "It does not answer now."
msgstr "Δεν απαντά αυτή τη στιγμή."

#: apps/ganeti/placement.py
msgid "It is disabled."
msgstr "Είναι απενεργοποιημένη."

#: apps/ganeti/placement.py
msgid "It needs two nodes."
msgstr "Χρειάζεται δύο κόμβους."

#: apps/ganeti/placement.py
msgid "It takes no new machines."
msgstr "Δεν δέχεται νέα μηχανήματα."

#: apps/ganeti/placement.py
msgid "Its policy takes no new machines."
msgstr "Η πολιτική της δεν δέχεται νέα μηχανήματα."

#: apps/ganeti/placement.py
msgid "Let Ganeti choose"
msgstr "Ας επιλέξει το Ganeti"

#: apps/ganeti/placement.py
msgid "No network"
msgstr "Χωρίς δίκτυο"

#: apps/ganeti/placement.py
msgid "No node group can take it."
msgstr "Καμία ομάδα κόμβων δεν μπορεί να το δεχτεί."

#: apps/ganeti/placement.py
msgid "None of its nodes can take machines now."
msgstr "Κανένας κόμβος της δεν μπορεί να δεχτεί μηχανήματα τώρα."

#: apps/ganeti/placement.py
msgid "Nothing is known of it yet."
msgstr "Δεν είναι ακόμη τίποτα γνωστό γι’ αυτή."

#: apps/ganeti/placement.py
msgid "The cluster's own"
msgstr "Της συστοιχίας"

#: apps/ganeti/placement.py
msgid "The cluster's tags name no provider."
msgstr "Οι ετικέτες της συστοιχίας δεν ονομάζουν κανέναν πάροχο."

#: apps/ganeti/placement.py
msgid "The node group is not connected to it."
msgstr "Η ομάδα κόμβων δεν είναι συνδεδεμένη με αυτό."

#: apps/ganeti/placement.py
msgid "The policy of the node group does not allow it."
msgstr "Δεν το επιτρέπει η πολιτική της ομάδας κόμβων."

#: apps/ganeti/placement.py
msgid "This site may only look at it, not change it."
msgstr "Ο ιστότοπος μπορεί μόνο να τη βλέπει, όχι να την αλλάζει."

#: apps/ganeti/placement.py
msgid "Under maintenance."
msgstr "Υπό συντήρηση."

#: apps/ganeti/placing.py
#, python-format
msgid "%(free)d address free, %(reserved)d taken"
msgid_plural "%(free)d addresses free, %(reserved)d taken"
msgstr[0] "%(free)d διεύθυνση ελεύθερη, %(reserved)d πιασμένες"
msgstr[1] "%(free)d διευθύνσεις ελεύθερες, %(reserved)d πιασμένες"

#: apps/ganeti/placing.py
#, python-format
msgid "A disk must be from %(least)d to %(most)d MiB here."
msgstr "Ο δίσκος εδώ πρέπει να είναι από %(least)d έως %(most)d MiB."

#: apps/ganeti/placing.py
msgid "Files of a Gluster volume."
msgstr "Αρχεία σε τόμο Gluster."

#: apps/ganeti/placing.py
msgid "Files on one node."
msgstr "Αρχεία σε έναν κόμβο."

#: apps/ganeti/placing.py
msgid "Files that all nodes reach."
msgstr "Αρχεία όπου φτάνουν όλοι οι κόμβοι."

#: apps/ganeti/placing.py
msgid "Logical volumes of one node."
msgstr "Λογικοί τόμοι σε έναν κόμβο."

#: apps/ganeti/placing.py
#, python-format
msgid "Memory must be from %(least)d to %(most)d MiB here."
msgstr "Η μνήμη εδώ πρέπει να είναι από %(least)d έως %(most)d MiB."

#: apps/ganeti/placing.py
msgid "Mirrored between two nodes."
msgstr "Με αντίγραφο σε δεύτερο κόμβο."

#: apps/ganeti/placing.py
msgid "No disk at all."
msgstr "Χωρίς δίσκο."

#: apps/ganeti/placing.py
#, python-format
msgid "No node has that much memory free; the most is %(most)d MiB."
msgstr ""
"Κανένας κόμβος δεν έχει τόση ελεύθερη μνήμη· το περισσότερο είναι %(most)d "
"MiB."

#: apps/ganeti/placing.py
#, python-format
msgid "There must be %(least)d to %(most)d vCPUs here."
msgstr "Εδώ πρέπει να υπάρχουν από %(least)d έως %(most)d vCPU."

#: apps/ganeti/placing.py
msgid "Volumes of a Ceph cluster."
msgstr "Τόμοι σε συστοιχία Ceph."

#: apps/ganeti/placing.py
msgid "Volumes of external storage."
msgstr "Τόμοι εξωτερικής αποθήκευσης."

#: apps/ganeti/placing.py
msgctxt "allocation policy"
msgid "last resort"
msgstr "έσχατη λύση"

#: apps/ganeti/placing.py
msgctxt "allocation policy"
msgid "preferred"
msgstr "προτιμώμενη"

#: apps/ganeti/placing.py
msgctxt "allocation policy"
msgid "takes no machines"
msgstr "δεν δέχεται μηχανήματα"

#: apps/ganeti/rapi/certificate.py
msgid "It shows no certificate."
msgstr "Δεν δείχνει πιστοποιητικό."

#: apps/ganeti/rapi/certificate.py
msgid "No certificate could be read from it"
msgstr "Δεν ήταν δυνατό να διαβαστεί πιστοποιητικό"

#: apps/ganeti/rapi/client.py
msgid "The answer about a job has an unknown form."
msgstr "Η απάντηση για μια εργασία έχει άγνωστη μορφή."

#: apps/ganeti/rapi/client.py
msgid "The answer has an unknown form."
msgstr "Η απάντηση έχει άγνωστη μορφή."

#: apps/ganeti/rapi/client.py
msgid "The answer is no job id."
msgstr "Η απάντηση δεν είναι αριθμός εργασίας."

#: apps/ganeti/rapi/client.py
msgid "This needs a newer Ganeti"
msgstr "Χρειάζεται νεότερο Ganeti"

#: apps/ganeti/rapi/query.py
msgid "The answer to a query has an unknown form."
msgstr "Η απάντηση σε ερώτημα έχει άγνωστη μορφή."

#: apps/ganeti/rapi/transport.py
msgid "It answered without a reason"
msgstr "Απάντησε χωρίς αιτιολογία"

#: apps/ganeti/rapi/transport.py
msgid "It cannot be reached: no connection in time."
msgstr "Δεν είναι προσβάσιμη: η σύνδεση άργησε."

#: apps/ganeti/rapi/transport.py
msgid "It did not answer in time."
msgstr "Δεν απάντησε εγκαίρως."

#: apps/ganeti/rapi/transport.py
msgid "It refuses connections."
msgstr "Αρνείται τις συνδέσεις."

#: apps/ganeti/rapi/transport.py
msgid "Its certificate is not the expected one."
msgstr "Το πιστοποιητικό της δεν είναι το αναμενόμενο."

#: apps/ganeti/rapi/transport.py
msgid "Something that is not Ganeti answered"
msgstr "Απάντησε κάτι που δεν είναι Ganeti"

#: apps/ganeti/rapi/transport.py
msgid "The CA file cannot be used"
msgstr "Το αρχείο CA δεν μπορεί να χρησιμοποιηθεί"

#: apps/ganeti/rapi/transport.py
msgid "The call failed on its way."
msgstr "Η κλήση απέτυχε καθ' οδόν."

#: apps/ganeti/rapi/transport.py
msgid "The connection broke off."
msgstr "Η σύνδεση διακόπηκε."

#: apps/ganeti/rapi/transport.py
msgid "Too many calls are waiting for it."
msgstr "Περιμένουν ήδη πάρα πολλές κλήσεις προς αυτήν."

#: apps/ganeti/services/connecting.py
#, python-format
msgid "%(count)d instance"
msgid_plural "%(count)d instances"
msgstr[0] "%(count)d μηχάνημα"
msgstr[1] "%(count)d μηχανήματα"

#: apps/ganeti/services/connecting.py
#, python-format
msgid "%(count)d node"
msgid_plural "%(count)d nodes"
msgstr[0] "%(count)d κόμβος"
msgstr[1] "%(count)d κόμβοι"

#: apps/ganeti/services/connecting.py
#, python-format
msgid "%(name)s: Ganeti %(version)s, %(nodes)s, %(instances)s; %(may)s"
msgstr "%(name)s: Ganeti %(version)s, %(nodes)s, %(instances)s· %(may)s"

#: apps/ganeti/services/connecting.py
#, python-format
msgid "%(problem)s It now shows %(fingerprint)s."
msgstr "%(problem)s Τώρα δείχνει %(fingerprint)s."

#: apps/ganeti/services/connecting.py
#, python-format
msgid "Ganeti refuses to answer: %(why)s"
msgstr "Το Ganeti αρνείται να απαντήσει: %(why)s"

#: apps/ganeti/services/connecting.py
msgid "It does not know this user, or the password is wrong."
msgstr "Δεν γνωρίζει αυτόν τον χρήστη ή το συνθηματικό είναι λάθος."

#: apps/ganeti/services/connecting.py
#, python-format
msgid ""
"It runs Ganeti %(version)s, which has no queries. ganetimgr works with "
"%(since)s and newer: upgrade the cluster first."
msgstr ""
"Έχει Ganeti %(version)s, που δεν υποστηρίζει ερωτήματα. Το ganetimgr "
"λειτουργεί με %(since)s και νεότερα: αναβαθμίστε πρώτα τη συστοιχία."

#: apps/ganeti/services/connecting.py
msgid ""
"Its certificate is not signed by an authority that this server trusts, has "
"expired, or is for another name. Ganeti's own certificates are self-signed: "
"pin its fingerprint instead."
msgstr ""
"Το πιστοποιητικό της δεν είναι υπογεγραμμένο από αρχή που εμπιστεύεται αυτός "
"ο διακομιστής, έχει λήξει ή είναι για άλλο όνομα. Τα πιστοποιητικά του "
"Ganeti είναι αυτοϋπογεγραμμένα: ορίστε καλύτερα το αποτύπωμά του."

#: apps/ganeti/services/connecting.py
msgid ""
"Its certificate is not signed by the CA file, has expired, or is for another "
"name."
msgstr ""
"Το πιστοποιητικό της δεν είναι υπογεγραμμένο από το αρχείο CA, έχει λήξει ή "
"είναι για άλλο όνομα."

#: apps/ganeti/services/connecting.py
msgid "Its certificate is not the one that was confirmed."
msgstr "Το πιστοποιητικό της δεν είναι αυτό που επιβεβαιώθηκε."

#: apps/ganeti/services/connecting.py
msgid "No certificate was confirmed for it yet."
msgstr "Δεν έχει επιβεβαιωθεί ακόμη πιστοποιητικό της."

#: apps/ganeti/services/connecting.py
#, python-format
msgid ""
"Nothing answers there: %(why)s Is ganeti-rapi running on the master, and the "
"port open to this server?"
msgstr ""
"Τίποτα δεν απαντά εκεί: %(why)s Τρέχει το ganeti-rapi στον κύριο κόμβο και "
"είναι η θύρα ανοιχτή σε αυτόν τον διακομιστή;"

#: apps/ganeti/services/connecting.py
msgid "Queries want a user and a password, also where reads are open."
msgstr ""
"Τα ερωτήματα θέλουν χρήστη και συνθηματικό, ακόμη και όπου η ανάγνωση είναι "
"ελεύθερη."

#: apps/ganeti/services/connecting.py
#, python-format
msgid "Something answers there, but not Ganeti's RAPI: %(why)s"
msgstr "Κάτι απαντά εκεί, αλλά δεν είναι το RAPI του Ganeti: %(why)s"

#: apps/ganeti/services/connecting.py
#, python-format
msgid "There is no CA file %(path)s on this server."
msgstr "Δεν υπάρχει αρχείο CA %(path)s σε αυτόν τον διακομιστή."

#: apps/ganeti/services/connecting.py
msgid "This user may not even read there."
msgstr "Ο χρήστης αυτός δεν μπορεί εκεί ούτε να διαβάζει."

#: apps/ganeti/services/connecting.py
msgid "its RAPI user may only read, so every action will be refused."
msgstr ""
"ο χρήστης RAPI μπορεί μόνο να διαβάζει, οπότε κάθε ενέργεια θα απορρίπτεται."

#: apps/ganeti/services/connecting.py
msgid "its RAPI user may read and write."
msgstr "ο χρήστης RAPI μπορεί να διαβάζει και να γράφει."

#: apps/ganeti/services/connecting.py
msgid "of an unknown version"
msgstr "άγνωστης έκδοσης"

#: apps/ganeti/services/power.py
msgid "It is not running."
msgstr "Δεν λειτουργεί."

#: apps/ganeti/services/power.py
msgid "It is running already."
msgstr "Λειτουργεί ήδη."

#: apps/ganeti/services/power.py
msgid "It is stopped already."
msgstr "Είναι ήδη σταματημένο."

#: apps/ganeti/services/power.py
msgid "Its cluster does not answer now."
msgstr "Η συστοιχία του δεν απαντά αυτή τη στιγμή."

#: apps/ganeti/services/power.py
msgid "Something is being done to it already."
msgstr "Εκτελείται ήδη κάποια ενέργεια σε αυτό."

#: apps/ganeti/services/power.py
msgid "The host it lives on does not answer now."
msgstr "Ο διακομιστής που το φιλοξενεί δεν απαντά αυτή τη στιγμή."

#: apps/ganeti/services/power.py
msgid "The staff has set it offline; only they can change that."
msgstr ""
"Το έχουν αποσύρει οι διαχειριστές· μόνο εκείνοι μπορούν να το επαναφέρουν."

#: apps/ganeti/services/power.py
msgid "This site may only look at its cluster, not change it."
msgstr ""
"Ο ιστότοπος μπορεί μόνο να βλέπει τη συστοιχία του, όχι να την αλλάζει."

#: apps/ganeti/services/power.py
msgid "full reboot"
msgstr "πλήρης επανεκκίνηση"

#: apps/ganeti/services/power.py
msgid "hard reboot"
msgstr "κανονική επανεκκίνηση"

#: apps/ganeti/services/power.py
msgid "shutdown, forced"
msgstr "τερματισμός με άμεση διακοπή"

#: apps/ganeti/services/power.py
msgid "shutdown, time allowed"
msgstr "τερματισμός, με περιθώριο"

#: apps/ganeti/services/power.py
msgid "soft reboot"
msgstr "ήπια επανεκκίνηση"

#: apps/ganeti/services/submission.py
#, python-format
msgid "Something is being done to %(name)s already."
msgstr "Εκτελείται ήδη κάποια ενέργεια στο %(name)s."

#: apps/ganeti/services/submission.py
msgid "This machine is not theirs."
msgstr "Το μηχάνημα δεν είναι δικό τους."

#: apps/ganeti/tables.py
msgid "IP addresses"
msgstr "Διευθύνσεις IP"

#: apps/ganeti/tables.py templates/ganeti/_instance_owners.html
msgid "Owners"
msgstr "Κάτοχοι"

#: apps/ganeti/views/asking.py
msgid "There is no such cluster."
msgstr "Δεν υπάρχει τέτοια συστοιχία."

#: apps/ganeti/views/asking.py apps/ganeti/views/power.py
msgid "There is no such machine, or it is not yours to see."
msgstr "Δεν υπάρχει τέτοιο μηχάνημα ή δεν έχετε πρόσβαση σε αυτό."

#: apps/ganeti/views/bulk.py
#, python-format
msgid "%(verb)s: asked for %(count)d machine."
msgid_plural "%(verb)s: asked for %(count)d machines."
msgstr[0] "%(verb)s: ζητήθηκε για %(count)d μηχάνημα."
msgstr[1] "%(verb)s: ζητήθηκε για %(count)d μηχανήματα."

#: apps/ganeti/views/bulk.py
msgid "No machine was selected."
msgstr "Δεν επιλέχθηκε κανένα μηχάνημα."

#: apps/ganeti/views/bulk.py
msgid "Reboot these machines?"
msgstr "Να γίνει επανεκκίνηση αυτών των μηχανημάτων;"

#: apps/ganeti/views/bulk.py
msgid "Shut these machines down?"
msgstr "Να τερματιστούν αυτά τα μηχανήματα;"

#: apps/ganeti/views/bulk.py
msgid "Start these machines?"
msgstr "Να ξεκινήσουν αυτά τα μηχανήματα;"

#: apps/ganeti/views/bulk.py
msgid "The clusters took too long; select them again."
msgstr "Οι συστοιχίες άργησαν πολύ· επιλέξτε τα ξανά."

#: apps/ganeti/views/clusters.py
#, python-format
msgid "Asking %(cluster)s now."
msgstr "Ανανεώνονται τα στοιχεία της συστοιχίας %(cluster)s."

#: apps/ganeti/views/instance.py
#, python-format
msgid "%(name)s: %(what)s."
msgstr "%(name)s: %(what)s."

#: apps/ganeti/views/instance.py
msgid "See why"
msgstr "Δείτε γιατί"

#: apps/ganeti/views/power.py
#, python-format
msgid ""
"%(name)s: its cluster did not answer. Whether it took the job is being found "
"out; nothing else can be done to the machine until then."
msgstr ""
"%(name)s: η συστοιχία του δεν απάντησε. Διερευνάται αν δέχτηκε την εργασία· "
"ως τότε δεν μπορεί να γίνει τίποτε άλλο στο μηχάνημα."

#: apps/ganeti/views/power.py
#, python-format
msgid "%(name)s: nothing was done, since its cluster did not take the job."
msgstr ""
"%(name)s: δεν έγινε τίποτα, γιατί η συστοιχία του δεν δέχτηκε την εργασία."

#: apps/ganeti/views/power.py templates/auditlog/_lines.html
#: templates/ganeti/_cluster_notes.html templates/ganeti/_instance_ended.html
#: templates/ganeti/_instance_notes.html templates/ganeti/_instance_row.html
msgid "Details"
msgstr "Λεπτομέρειες"

#: apps/ganeti/words.py
#, python-format
msgid "%(now)s, last seen %(before)s %(ago)s"
msgstr "%(now)s, %(ago)s: %(before)s"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Back in the network"
msgstr "Επέστρεψε στο δίκτυο"

#: apps/ganeti/words.py
msgid "Being built…"
msgstr "Δημιουργείται…"

#: apps/ganeti/words.py
msgid "Being destroyed…"
msgstr "Καταστρέφεται…"

#: apps/ganeti/words.py
msgid "Boots from CD-ROM"
msgstr "Εκκινεί από CD-ROM"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Build"
msgstr "Δημιουργία"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Built"
msgstr "Δημιουργήθηκε"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Change tags"
msgstr "Αλλαγή ετικετών"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Change the configuration"
msgstr "Αλλαγή ρυθμίσεων"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Change the owners"
msgstr "Αλλαγή κατόχων"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Change who reaches it"
msgstr "Αλλαγή επιτρεπόμενης πρόσβασης"

#: apps/ganeti/words.py
msgid "Changing its configuration…"
msgstr "Αλλάζουν οι ρυθμίσεις του…"

#: apps/ganeti/words.py
msgid "Changing its owners…"
msgstr "Αλλάζουν οι κάτοχοί του…"

#: apps/ganeti/words.py
msgid "Changing its tags…"
msgstr "Αλλάζουν οι ετικέτες του…"

#: apps/ganeti/words.py
msgid "Changing who reaches it…"
msgstr "Αλλάζει ποιος έχει πρόσβαση σε αυτό…"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Configuration changed"
msgstr "Οι ρυθμίσεις άλλαξαν"

#: apps/ganeti/words.py
msgid "Cut off from the network"
msgstr "Αποκομμένο από το δίκτυο"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Cut off from the network"
msgstr "Αποκοπή από το δίκτυο"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Cut off from the network"
msgstr "Αποκόπηκε από το δίκτυο"

#: apps/ganeti/words.py
msgid "Cutting it off from the network…"
msgstr "Αποκόπτεται από το δίκτυο…"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Destroy"
msgstr "Καταστροφή"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Destroyed"
msgstr "Καταστράφηκε"

#: apps/ganeti/words.py templates/applications/_head.html
msgid "It was not built"
msgstr "Δεν στήθηκε"

#: apps/ganeti/words.py
msgid "It was not cut off from the network"
msgstr "Δεν αποκόπηκε από το δίκτυο"

#: apps/ganeti/words.py
msgid "It was not destroyed"
msgstr "Δεν καταστράφηκε"

#: apps/ganeti/words.py
msgid "It was not let back into the network"
msgstr "Δεν επανασυνδέθηκε στο δίκτυο"

#: apps/ganeti/words.py
msgid "It was not locked"
msgstr "Δεν κλειδώθηκε"

#: apps/ganeti/words.py
msgid "It was not moved"
msgstr "Δεν μεταφέρθηκε"

#: apps/ganeti/words.py
msgid "It was not rebooted"
msgstr "Δεν έγινε επανεκκίνηση"

#: apps/ganeti/words.py
msgid "It was not reinstalled"
msgstr "Δεν επανεγκαταστάθηκε"

#: apps/ganeti/words.py
msgid "It was not renamed"
msgstr "Δεν μετονομάστηκε"

#: apps/ganeti/words.py
msgid "It was not shut down"
msgstr "Δεν τερματίστηκε"

#: apps/ganeti/words.py
msgid "It was not started"
msgstr "Δεν ξεκίνησε"

#: apps/ganeti/words.py
msgid "It was not unlocked"
msgstr "Δεν ξεκλειδώθηκε"

#: apps/ganeti/words.py
msgid "It would be built"
msgstr "Θα δημιουργούνταν"

#: apps/ganeti/words.py
msgid "It would not be built"
msgstr "Δεν θα δημιουργούνταν"

#: apps/ganeti/words.py
msgid "Its configuration was not changed"
msgstr "Οι ρυθμίσεις του δεν άλλαξαν"

#: apps/ganeti/words.py
msgid "Its owners were not changed"
msgstr "Οι κάτοχοί του δεν άλλαξαν"

#: apps/ganeti/words.py
msgid "Its tags were not changed"
msgstr "Οι ετικέτες του δεν άλλαξαν"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Let back into the network"
msgstr "Επανασύνδεση στο δίκτυο"

#: apps/ganeti/words.py
msgid "Letting it back into the network…"
msgstr "Επανασυνδέεται στο δίκτυο…"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Lock"
msgstr "Κλείδωμα"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Locked"
msgstr "Κλειδώθηκε"

#: apps/ganeti/words.py
msgid "Locked by the staff"
msgstr "Κλειδωμένο από τους διαχειριστές"

#: apps/ganeti/words.py
msgid "Locking…"
msgstr "Κλειδώνεται…"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Move"
msgstr "Μεταφορά"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Moved"
msgstr "Μεταφέρθηκε"

#: apps/ganeti/words.py
msgid "Moving to another host…"
msgstr "Μεταφέρεται σε άλλον διακομιστή…"

#: apps/ganeti/words.py
msgid "Needs a reboot"
msgstr "Χρειάζεται επανεκκίνηση"

#: apps/ganeti/words.py
msgid "Node down"
msgstr "Ο κόμβος δεν απαντά"

#: apps/ganeti/words.py
msgid "Node offline"
msgstr "Ο κόμβος έχει αποσυρθεί"

#: apps/ganeti/words.py
msgctxt "machine"
msgid "Offline"
msgstr "Αποσυρμένο"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Owners changed"
msgstr "Οι κάτοχοι άλλαξαν"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Reboot"
msgstr "Επανεκκίνηση"

#: apps/ganeti/words.py
msgid "Rebooted"
msgstr "Έγινε επανεκκίνηση"

#: apps/ganeti/words.py
msgid "Rebooting…"
msgstr "Επανεκκινεί…"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Reinstall"
msgstr "Επανεγκατάσταση"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Reinstalled"
msgstr "Επανεγκαταστάθηκε"

#: apps/ganeti/words.py
msgid "Reinstalling…"
msgstr "Επανεγκαθίσταται…"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Rename"
msgstr "Μετονομασία"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Renamed"
msgstr "Μετονομάστηκε"

#: apps/ganeti/words.py
msgid "Renaming…"
msgstr "Μετονομάζεται…"

#: apps/ganeti/words.py
msgctxt "machine"
msgid "Running"
msgstr "Σε λειτουργία"

#: apps/ganeti/words.py
msgid "Running on the wrong node"
msgstr "Λειτουργεί σε λάθος κόμβο"

#: apps/ganeti/words.py
msgid "Running, should be stopped"
msgstr "Λειτουργεί, ενώ δεν θα έπρεπε"

#: apps/ganeti/words.py
msgid "Shut down"
msgstr "Τερματίστηκε"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Shut down"
msgstr "Τερματισμός"

#: apps/ganeti/words.py
msgid "Shut down from within"
msgstr "Τερματίστηκε από μέσα"

#: apps/ganeti/words.py
msgid "Shutting down…"
msgstr "Τερματίζεται…"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Start"
msgstr "Εκκίνηση"

#: apps/ganeti/words.py
msgid "Started"
msgstr "Ξεκίνησε"

#: apps/ganeti/words.py
msgid "Starting…"
msgstr "Ξεκινά…"

#: apps/ganeti/words.py
msgctxt "machine"
msgid "Stopped"
msgstr "Σταματημένο"

#: apps/ganeti/words.py
msgid "Stopped, should be running"
msgstr "Σταματημένο, ενώ δεν θα έπρεπε"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Tags changed"
msgstr "Οι ετικέτες άλλαξαν"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Try out"
msgstr "Δοκιμή"

#: apps/ganeti/words.py
msgid "Trying it out…"
msgstr "Δοκιμάζεται…"

#: apps/ganeti/words.py
msgctxt "machine"
msgid "Unknown"
msgstr "Άγνωστο"

#: apps/ganeti/words.py
msgctxt "action"
msgid "Unlock"
msgstr "Ξεκλείδωμα"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Unlocked"
msgstr "Ξεκλειδώθηκε"

#: apps/ganeti/words.py
msgid "Unlocking…"
msgstr "Ξεκλειδώνεται…"

#: apps/ganeti/words.py
msgctxt "job"
msgid "Who reaches it was changed"
msgstr "Άλλαξε ποιος έχει πρόσβαση σε αυτό"

#: apps/ganeti/words.py
msgid "Who reaches it was not changed"
msgstr "Δεν άλλαξε ποιος έχει πρόσβαση σε αυτό"

#: apps/mails/admin.py
msgid "Try to send now"
msgstr "Προσπάθεια αποστολής τώρα"

#: apps/mails/apps.py templates/applications/_mails.html
msgid "Mails"
msgstr "Μηνύματα e-mail"

#: apps/mails/models.py
msgid "about"
msgstr "σχετικά με"

#: apps/mails/models.py
msgid "answers go to"
msgstr "απαντήσεις προς"

#: apps/mails/models.py
msgid "attempts"
msgstr "προσπάθειες"

#: apps/mails/models.py
msgid "from"
msgstr "από"

#: apps/mails/models.py
msgid "given up"
msgstr "εγκαταλείφθηκε"

#: apps/mails/models.py
msgid "mails"
msgstr "μηνύματα email"

#: apps/mails/models.py
msgid "sent"
msgstr "στάλθηκε"

#: apps/mails/models.py
msgid "subject"
msgstr "θέμα"

#: apps/mails/models.py
msgid "text"
msgstr "κείμενο"

#: apps/mails/models.py
msgid "to"
msgstr "προς"

#: apps/mails/models.py
msgid "why not yet"
msgstr "γιατί όχι ακόμη"

#: apps/mails/models.py
msgid "written"
msgstr "γράφτηκε"

#: apps/pages/apps.py templates/_nav.html
msgid "Pages"
msgstr "Σελίδες"

#: ganetimgr/apps.py
msgid "Virtual machines on Ganeti"
msgstr "Εικονικά μηχανήματα σε Ganeti"

#: ganetimgr/settings/wiring.py
msgid "English"
msgstr "Αγγλικά"

#: ganetimgr/settings/wiring.py
msgid "Greek"
msgstr "Ελληνικά"

#: templates/403.html
msgid "Not allowed"
msgstr "Δεν επιτρέπεται"

#: templates/403.html templates/403_csrf.html templates/404.html
#: templates/500.html templates/503.html templates/auditlog/_history_list.html
msgid "To the machines"
msgstr "Στα μηχανήματα"

#: templates/403.html
msgid "You may not do this"
msgstr "Δεν μπορείτε να το κάνετε αυτό"

#: templates/403.html
msgid "Your account lacks the right for this page."
msgstr "Ο λογαριασμός σας δεν έχει δικαίωμα για αυτή τη σελίδα."

#: templates/403_csrf.html
msgid ""
"Nothing was done. Go back, load the page again and send the form once more; "
"your browser has to accept cookies of this site."
msgstr ""
"Δεν έγινε τίποτα. Γυρίστε πίσω, φορτώστε ξανά τη σελίδα και στείλτε πάλι τη "
"φόρμα· ο περιηγητής σας πρέπει να δέχεται τα cookies αυτού του ιστότοπου."

#: templates/403_csrf.html
msgid "This form is out of date"
msgstr "Η φόρμα αυτή έχει λήξει"

#: templates/404.html
msgid "Not found"
msgstr "Δεν βρέθηκε"

#: templates/404.html
msgid ""
"The page or machine does not exist, or it is not yours to see. It may have "
"been renamed or removed."
msgstr ""
"Η σελίδα ή το μηχάνημα δεν υπάρχει ή δεν έχετε πρόσβαση. Ίσως μετονομάστηκε "
"ή αφαιρέθηκε."

#: templates/404.html
msgid "There is nothing here"
msgstr "Δεν υπάρχει τίποτα εδώ"

#: templates/500.html
msgid "Something broke"
msgstr "Κάτι χάλασε"

#: templates/500.html
msgid "Something broke on our side"
msgstr "Κάτι χάλασε από τη μεριά μας"

#: templates/500.html
msgid "The site cannot reach its database"
msgstr "Ο ιστότοπος δεν φτάνει στη βάση δεδομένων του"

#: templates/500.html
msgid ""
"Those who run this site have been told. Try again in a moment; before you "
"repeat an action, look whether it was done."
msgstr ""
"Οι υπεύθυνοι του ιστότοπου έχουν ειδοποιηθεί. Δοκιμάστε ξανά σε λίγο· πριν "
"επαναλάβετε μια ενέργεια, δείτε αν έγινε."

#: templates/500.html
msgid ""
"Your machines go on as they are. Try again in a moment; before you repeat an "
"action, look whether it was done."
msgstr ""
"Τα μηχανήματά σας συνεχίζουν κανονικά. Δοκιμάστε ξανά σε λίγο· πριν "
"επαναλάβετε μια ενέργεια, δείτε αν έγινε."

#: templates/503.html
msgid "Not available now"
msgstr "Μη διαθέσιμο τώρα"

#: templates/503.html
msgid "This cannot be shown now"
msgstr "Δεν μπορεί να εμφανιστεί τώρα"

#: templates/503.html
msgid "Try again"
msgstr "Δοκιμή ξανά"

#: templates/503.html
msgid "Try again in a moment; nothing was changed by looking."
msgstr "Δοκιμάστε ξανά σε λίγο· δεν άλλαξε τίποτα."

#: templates/_account.html
#, python-format
msgid "Account of %(name)s"
msgstr "Λογαριασμός %(name)s"

#: templates/_account.html
msgid "Log out"
msgstr "Αποσύνδεση"

#: templates/_messages.html templates/_nav.html
msgid "Close"
msgstr "Κλείσιμο"

#: templates/_nav.html
msgid "All applications"
msgstr "Όλες οι αιτήσεις"

#: templates/_nav.html
msgid "All machines"
msgstr "Όλα τα μηχανήματα"

#: templates/_nav.html templates/applications/_none.html
#: templates/applications/apply.html templates/applications/list.html
#: templates/ganeti/_instance_none.html
msgid "Apply for a machine"
msgstr "Αίτηση για μηχάνημα"

#: templates/_nav.html
msgid "Clusters and users"
msgstr "Συστοιχίες, χρήστες"

#: templates/_nav.html templates/applications/create.html
msgid "Create a machine"
msgstr "Δημιουργία μηχανήματος"

#: templates/_nav.html templates/auditlog/history.html
#: templates/ganeti/_instance_history.html
msgid "History"
msgstr "Ιστορικό"

#: templates/_nav.html templates/applications/_total.html
#: templates/ganeti/_instance_list.html templates/ganeti/instance_list.html
msgid "Machines"
msgstr "Μηχανήματα"

#: templates/_nav.html
msgid "My applications"
msgstr "Οι αιτήσεις μου"

#: templates/_nav.html
msgid "My machines"
msgstr "Τα μηχανήματά μου"

#: templates/_nav.html
msgid "Service"
msgstr "Υπηρεσία"

#: templates/_nav.html
msgid "waits"
msgid_plural "wait"
msgstr[0] "περιμένει"
msgstr[1] "περιμένουν"

#: templates/_search.html
msgid "Search machines"
msgstr "Αναζήτηση μηχανημάτων"

#: templates/_search.html
msgid "Search machines by name, address, MAC, owner, node"
msgstr "Αναζήτηση μηχανημάτων με όνομα, διεύθυνση, MAC, κάτοχο, κόμβο"

#: templates/_switches.html
msgid "As the system"
msgstr "Όπως το σύστημα"

#: templates/_switches.html
msgid "Colours"
msgstr "Χρώματα"

#: templates/_switches.html
msgid "Dark"
msgstr "Σκούρα"

#: templates/_switches.html
msgid "Language"
msgstr "Γλώσσα"

#: templates/_switches.html
msgid "Light"
msgstr "Φωτεινά"

#: templates/accounts/login.html
msgid "Log in"
msgstr "Σύνδεση"

#: templates/accounts/login.html
msgid "Log in to see this page."
msgstr "Συνδεθείτε για να δείτε αυτή τη σελίδα."

#: templates/admin/ganeti/cluster/_confirm.html
msgid "Compare it with what the cluster's master node prints for this command:"
msgstr ""
"Συγκρίνετέ το με ό,τι τυπώνει ο κύριος κόμβος της συστοιχίας με αυτή την "
"εντολή:"

#: templates/admin/ganeti/cluster/_confirm.html
msgid "Expected"
msgstr "Αναμενόμενο"

#: templates/admin/ganeti/cluster/_confirm.html
msgid "Issued to"
msgstr "Εκδόθηκε για"

#: templates/admin/ganeti/cluster/_confirm.html
msgid "It shows another certificate than expected"
msgstr "Δείχνει άλλο πιστοποιητικό από το αναμενόμενο"

#: templates/admin/ganeti/cluster/_confirm.html
msgid "One more step: is this its certificate?"
msgstr "Ένα βήμα ακόμη: αυτό είναι το πιστοποιητικό της;"

#: templates/admin/ganeti/cluster/_confirm.html
msgid ""
"The user and the password were not sent yet. Confirm and save: they are "
"tried then."
msgstr ""
"Ο χρήστης και το συνθηματικό δεν στάλθηκαν ακόμη. Επιβεβαιώστε και "
"αποθηκεύστε: τότε δοκιμάζονται."

#: templates/admin/ganeti/cluster/_confirm.html
msgid ""
"This is normal after the cluster's certificate was renewed (gnt-cluster "
"renew-crypto). If nobody renewed it, somebody else may be answering in the "
"cluster's place: do not confirm."
msgstr ""
"Αυτό είναι φυσιολογικό, αν ανανεώθηκε το πιστοποιητικό της συστοιχίας (gnt-"
"cluster renew-crypto). Αν δεν το ανανέωσε κανείς, ίσως απαντά κάποιος άλλος "
"στη θέση της: μην επιβεβαιώσετε."

#: templates/admin/ganeti/cluster/_confirm.html
msgid "Valid"
msgstr "Ισχύει"

#: templates/admin/ganeti/cluster/_confirm.html
#, python-format
msgid "from %(first)s to %(last)s"
msgstr "από %(first)s έως %(last)s"

#: templates/admin/ganeti/cluster/_report.html
msgid "Instances"
msgstr "Μηχανήματα"

#: templates/admin/ganeti/cluster/_report.html
msgid "It works; nothing is saved yet"
msgstr "Λειτουργεί· τίποτα δεν έχει αποθηκευτεί ακόμη"

#: templates/admin/ganeti/cluster/_report.html
msgid "Nodes"
msgstr "Κόμβοι"

#: templates/admin/ganeti/cluster/_report.html
msgid "Rights"
msgstr "Δικαιώματα"

#: templates/admin/ganeti/cluster/_report.html
msgid "Version"
msgstr "Έκδοση"

#: templates/admin/ganeti/cluster/_trouble.html
msgid "It does not work like this; nothing is saved"
msgstr "Έτσι δεν λειτουργεί· τίποτα δεν αποθηκεύτηκε"

#: templates/admin/ganeti/cluster/submit_line.html
msgid "Test without saving"
msgstr "Δοκιμή χωρίς αποθήκευση"

#: templates/applications/_decision.html
msgid "Decided by the staff"
msgstr "Τι αποφάσισαν οι διαχειριστές"

#: templates/applications/_decision.html
msgid "Disk template"
msgstr "Πρότυπο δίσκου"

#: templates/applications/_decision.html templates/ganeti/_instance_facts.html
msgid "Node group"
msgstr "Ομάδα κόμβων"

#: templates/applications/_decision.html
msgid "Reviewer"
msgstr "Ποιος την εξέτασε"

#: templates/applications/_decision.html
msgid "The staff's comments"
msgstr "Σχόλια των διαχειριστών"

#: templates/applications/_decision.html
msgid "Volume group"
msgstr "Ομάδα τόμων"

#: templates/applications/_errors.html
msgid "Nothing was sent yet; this has to be mended:"
msgstr "Δεν στάλθηκε τίποτα ακόμη· πρέπει να διορθωθούν αυτά:"

#: templates/applications/_events.html
msgid "What happened"
msgstr "Τι έγινε"

#: templates/applications/_events.html
msgid "became"
msgstr "έγινε"

#: templates/applications/_head.html
msgid ""
"It is taken off the staff's list and cannot be taken up again; you can file "
"a new one at any time."
msgstr ""
"Βγαίνει από τη λίστα των διαχειριστών και δεν μπορεί να επανέλθει· μπορείτε "
"να υποβάλετε νέα οποτεδήποτε."

#: templates/applications/_head.html
msgid "Review"
msgstr "Εξέταση"

#: templates/applications/_head.html
msgid "The staff did not accept it"
msgstr "Οι διαχειριστές δεν τη δέχτηκαν"

#: templates/applications/_head.html
msgid "To the machine"
msgstr "Στο μηχάνημα"

#: templates/applications/_head.html
msgid "Withdraw"
msgstr "Ανάκληση"

#: templates/applications/_head.html
msgid "Withdraw the application"
msgstr "Ανάκληση της αίτησης"

#: templates/applications/_list.html
#, python-format
msgid "<b>%(n)s</b> application"
msgid_plural "<b>%(n)s</b> applications"
msgstr[0] "<b>%(n)s</b> αίτηση"
msgstr[1] "<b>%(n)s</b> αιτήσεις"

#: templates/applications/_list.html
#, python-format
msgid "<b>%(n)s</b> of %(total)s applications"
msgid_plural "<b>%(n)s</b> of %(total)s applications"
msgstr[0] "<b>%(n)s</b> από %(total)s αιτήσεις"
msgstr[1] "<b>%(n)s</b> από %(total)s αιτήσεις"

#: templates/applications/_list.html templates/auditlog/_history_list.html
#: templates/ganeti/_instance_list.html
msgid "Clear all"
msgstr "Καθαρισμός όλων"

#: templates/applications/_list.html templates/auditlog/_history_list.html
#: templates/ganeti/_instance_list.html
msgid "Clear the filter"
msgstr "Καθαρισμός του φίλτρου"

#: templates/applications/_mails.html
msgid "Its text is not kept."
msgstr "Το κείμενό του δεν φυλάσσεται."

#: templates/applications/_mails.html
#, python-format
msgid "sent %(at)s"
msgstr "στάλθηκε %(at)s"

#: templates/applications/_mails.html
#, python-format
msgid "waits to be sent since %(at)s"
msgstr "περιμένει να σταλεί, από: %(at)s"

#: templates/applications/_none.html
msgid "Applications for machines appear here."
msgstr "Εδώ εμφανίζονται οι αιτήσεις για μηχανήματα."

#: templates/applications/_none.html
msgid "No application fits"
msgstr "Καμία αίτηση δεν ταιριάζει"

#: templates/applications/_none.html
msgid "Nobody has applied yet"
msgstr "Δεν έχει γίνει καμία αίτηση ακόμη"

#: templates/applications/_none.html
msgid ""
"Say what you need; the staff looks at it, and you get a mail when the "
"machine is ready."
msgstr ""
"Πείτε τι χρειάζεστε· το εξετάζουν οι διαχειριστές και λαμβάνετε e-mail μόλις "
"το μηχάνημα είναι έτοιμο."

#: templates/applications/_none.html
msgid "Show all applications"
msgstr "Όλες οι αιτήσεις"

#: templates/applications/_none.html
msgid "You have not applied for a machine yet"
msgstr "Δεν έχετε κάνει αίτηση για μηχάνημα ακόμη"

#: templates/applications/_review_asked.html
msgid "By"
msgstr "Από"

#: templates/applications/_review_asked.html
msgid "The whole application"
msgstr "Ολόκληρη η αίτηση"

#: templates/applications/_review_choices.html
msgid "There is nothing to choose."
msgstr "Δεν υπάρχει τίποτα να επιλέξετε."

#: templates/applications/_review_errors.html
msgid "It could not be tried out:"
msgstr "Δεν μπόρεσε να δοκιμαστεί:"

#: templates/applications/_review_errors.html
msgid "Nothing was done yet. Look at:"
msgstr "Δεν έγινε τίποτα ακόμη. Δείτε:"

#: templates/applications/_review_fields.html
msgid "Choose one"
msgstr "Επιλέξτε"

#: templates/applications/_review_fields.html
msgid "Show what it offers"
msgstr "Δείξε τι προσφέρει"

#: templates/applications/_review_fields.html
msgid "Where"
msgstr "Πού"

#: templates/applications/_review_latest.html
#, python-format
msgid "%(what)s by %(who)s, %(at)s"
msgstr "%(what)s από %(who)s, %(at)s"

#: templates/applications/_review_panel.html
msgid "Choose a cluster to see its node groups, networks and disks."
msgstr ""
"Επιλέξτε συστοιχία για να δείτε τις ομάδες κόμβων, τα δίκτυα και τους "
"δίσκους της."

#: templates/applications/_review_panel.html
msgid "Nothing can be built on this cluster now."
msgstr "Τώρα δεν μπορεί να δημιουργηθεί τίποτα σε αυτή τη συστοιχία."

#: templates/applications/_review_panel.html
#, python-format
msgid ""
"What it offers, as it was %(at)s; networks and disk templates as they were "
"%(slow_at)s."
msgstr ""
"Όσα προσφέρει, όπως ήταν %(at)s· δίκτυα και τύποι δίσκου όπως ήταν "
"%(slow_at)s."

#: templates/applications/_review_trial.html
#, python-format
msgid "%(cluster)s is trying it out…"
msgstr "Η συστοιχία %(cluster)s το δοκιμάζει…"

#: templates/applications/_review_trial.html
#, python-format
msgid "%(cluster)s would build %(name)s as it was tried."
msgstr "Η συστοιχία %(cluster)s θα δημιουργούσε το %(name)s όπως δοκιμάστηκε."

#: templates/applications/_review_trial.html
#, python-format
msgid "%(cluster)s would not build %(name)s as it was tried."
msgstr ""
"Η συστοιχία %(cluster)s δεν θα δημιουργούσε το %(name)s όπως δοκιμάστηκε."

#: templates/applications/_review_trial.html
msgid "Look again"
msgstr "Δείτε ξανά"

#: templates/applications/_review_trial.html
msgid "Nothing is built."
msgstr "Δεν δημιουργείται τίποτα."

#: templates/applications/_runs.html templates/ganeti/_instance_head.html
#, python-format
msgid "Ganeti's job %(id)s"
msgstr "εργασία %(id)s του Ganeti"

#: templates/applications/_runs.html
msgid "Jobs"
msgstr "Εργασίες"

#: templates/applications/_runs.html templates/applications/_story.html
#: templates/ganeti/_instance_head.html
msgid "Nothing said yet"
msgstr "Τίποτα ακόμη"

#: templates/applications/_story.html
#, python-format
msgid "Began %(at)s; %(status)s"
msgstr "Άρχισε %(at)s· %(status)s"

#: templates/applications/_story.html templates/ganeti/_instance_head.html
msgid "Running job"
msgstr "Εργασία που εκτελείται"

#: templates/applications/_story.html templates/ganeti/_instance_head.html
msgid "What the job says"
msgstr "Τι γράφει η εργασία"

#: templates/applications/_terms.html
msgid "Read the terms of service"
msgstr "Διαβάστε τους όρους χρήσης"

#: templates/applications/_total.html
msgid "Asked for already"
msgstr ""

#: templates/applications/_total.html
msgid "Machines of your groups are counted as well."
msgstr "Μετρούν και τα μηχανήματα των ομάδων σας."

#: templates/applications/_total.html
msgid "This one"
msgstr "Αυτό"

#: templates/applications/_total.html
msgid "Together"
msgstr "Μαζί"

#: templates/applications/_total.html
msgid "What it adds up to"
msgstr "Πόσα γίνονται μαζί"

#: templates/applications/_total.html
msgid "With the machines of your groups."
msgstr ""

#: templates/applications/_total.html
msgid "You have"
msgstr "Έχετε"

#: templates/applications/_total.html
msgid "You wait for"
msgstr "Περιμένετε"

#: templates/applications/_whom.html templates/applications/_wish.html
msgid "Contact"
msgstr "Επικοινωνία"

#: templates/applications/_whom.html
msgid "Who answers for the machine."
msgstr "Ποιος είναι υπεύθυνος για το μηχάνημα."

#: templates/applications/_whom.html
msgid "Who answers for the machine. Not needed if an organization is chosen."
msgstr ""
"Ποιος είναι υπεύθυνος για το μηχάνημα. Δεν χρειάζεται αν επιλέξετε οργανισμό."

#: templates/applications/_wish.html
msgid "Mail server"
msgstr "Διακομιστής αλληλογραφίας"

#: templates/applications/_wish.html
msgid "No"
msgstr "Όχι"

#: templates/applications/_wish.html
msgid "Yes"
msgstr "Ναι"

#: templates/applications/_wish.html
msgid "yes,no"
msgstr ""

#: templates/applications/apply.html
msgid "Send the application"
msgstr "Υποβολή της αίτησης"

#: templates/applications/apply.html
#, python-format
msgid ""
"The cluster %(clusters)s does not answer now. You can apply all the same; "
"whether your name is free there is looked at later."
msgid_plural ""
"The clusters %(clusters)s do not answer now. You can apply all the same; "
"whether your name is free there is looked at later."
msgstr[0] ""
"Η συστοιχία %(clusters)s δεν απαντά τώρα. Μπορείτε να κάνετε αίτηση έτσι κι "
"αλλιώς· αν το όνομα είναι ελεύθερο εκεί θα το δουν αργότερα οι διαχειριστές."
msgstr[1] ""
"Οι συστοιχίες %(clusters)s δεν απαντούν τώρα. Μπορείτε να κάνετε αίτηση έτσι "
"κι αλλιώς· αν το όνομα είναι ελεύθερο εκεί θα το δουν αργότερα οι "
"διαχειριστές."

#: templates/applications/apply.html
msgid ""
"You have no SSH keys here yet, so none would be put into it. Add one to your "
"profile first, if you want to log in by key."
msgstr ""
"Δεν έχετε ακόμη κλειδιά SSH εδώ, άρα δεν θα έμπαινε κανένα. Προσθέστε πρώτα "
"ένα στο προφίλ σας, αν θέλετε να συνδέεστε με κλειδί."

#: templates/applications/create.html
msgid "Create it"
msgstr "Δημιουργία"

#: templates/applications/create.html
msgid "Filed and accepted in one step."
msgstr "Αίτηση και έγκριση σε ένα βήμα."

#: templates/applications/create.html templates/applications/review.html
msgid "Try it out first"
msgstr "Πρώτα δοκιμή"

#: templates/applications/emails/built.txt
#, python-format
msgid "%(name)s was built"
msgstr "Το μηχάνημα %(name)s δημιουργήθηκε"

#: templates/applications/emails/built.txt
#, python-format
msgid "%(name)s, which %(who)s applied for, was built on %(cluster)s."
msgstr ""
"Το μηχάνημα %(name)s, για το οποίο έκανε αίτηση ο χρήστης %(who)s, "
"δημιουργήθηκε στη συστοιχία %(cluster)s."

#: templates/applications/emails/created.txt
#, python-format
msgid "%(memory)s MiB of memory, %(vcpus)s virtual CPUs, %(disk)s GiB of disk."
msgstr ""
"%(memory)s MiB μνήμης, %(vcpus)s εικονικοί επεξεργαστές, %(disk)s GiB δίσκου."

#: templates/applications/emails/created.txt
#, python-format
msgid "%(name)s was built as you asked for it."
msgstr "Το μηχάνημα %(name)s δημιουργήθηκε όπως το ζητήσατε."

#: templates/applications/emails/created.txt
msgid ""
"It has no operating system yet, so it is stopped. Its page lets you boot an "
"installer:"
msgstr ""
"Δεν έχει ακόμη λειτουργικό σύστημα, γι' αυτό είναι σταματημένο. Από τη "
"σελίδα του μπορείτε να εκκινήσετε ένα πρόγραμμα εγκατάστασης:"

#: templates/applications/emails/created.txt
msgid "Log in with your SSH key; everything else is on its page:"
msgstr "Συνδεθείτε με το κλειδί SSH σας· όλα τα υπόλοιπα είναι στη σελίδα του:"

#: templates/applications/emails/created.txt
#, python-format
msgid "Your machine %(name)s is ready"
msgstr "Το μηχάνημά σας %(name)s είναι έτοιμο"

#: templates/applications/emails/failed.txt
#, python-format
msgid "%(name)s was not built"
msgstr "Το μηχάνημα %(name)s δεν δημιουργήθηκε"

#: templates/applications/emails/failed.txt
#, python-format
msgid "%(name)s, which %(who)s applied for, was not built on %(cluster)s."
msgstr ""
"Το μηχάνημα %(name)s, για το οποίο έκανε αίτηση ο χρήστης %(who)s, δεν "
"δημιουργήθηκε στη συστοιχία %(cluster)s."

#: templates/applications/emails/failed.txt
msgid "What happened, and how to submit it again:"
msgstr "Τι συνέβη και πώς υποβάλλεται ξανά:"

#: templates/applications/emails/filed.txt
#, python-format
msgid "%(who)s (%(full)s, %(mail)s) has applied for the machine %(name)s:"
msgstr ""
"Αίτηση του χρήστη %(who)s (%(full)s, %(mail)s) για το μηχάνημα %(name)s:"

#: templates/applications/emails/filed.txt
#, python-format
msgid "Application: %(name)s for %(who)s"
msgstr "Αίτηση: %(name)s για %(who)s"

#: templates/applications/emails/filed.txt
msgid "Comments:"
msgstr "Σχόλια:"

#: templates/applications/emails/filed.txt
#, python-format
msgid "Contact: %(name)s %(mail)s %(phone)s"
msgstr "Επικοινωνία: %(name)s %(mail)s %(phone)s"

#: templates/applications/emails/filed.txt
msgid "It will host a mail server."
msgstr "Θα φιλοξενήσει διακομιστή αλληλογραφίας."

#: templates/applications/emails/filed.txt
msgid "Look at it and decide:"
msgstr "Δείτε την και αποφασίστε:"

#: templates/applications/emails/filed.txt
#, python-format
msgid ""
"Memory: %(memory)s MiB\n"
"Virtual CPUs: %(vcpus)s\n"
"Disk: %(disk)s GiB"
msgstr ""
"Μνήμη: %(memory)s MiB\n"
"Εικονικές CPU: %(vcpus)s\n"
"Δίσκος: %(disk)s GiB"

#: templates/applications/emails/filed.txt
#, python-format
msgid "Network: %(network)s"
msgstr "Δίκτυο: %(network)s"

#: templates/applications/emails/filed.txt
#, python-format
msgid "Operating system: %(os)s"
msgstr "Λειτουργικό σύστημα: %(os)s"

#: templates/applications/emails/filed.txt
#, python-format
msgid "Organization: %(title)s"
msgstr "Οργανισμός: %(title)s"

#: templates/applications/emails/refused.txt
#, python-format
msgid ""
"The staff has looked at your application for the machine %(name)s and "
"refused it. They give this reason:"
msgstr ""
"Οι διαχειριστές εξέτασαν την αίτησή σας για το μηχάνημα %(name)s και την "
"απέρριψαν. Η αιτιολογία τους:"

#: templates/applications/emails/refused.txt
msgid "You may apply again, if the reason can be met."
msgstr "Μπορείτε να υποβάλετε νέα αίτηση, αν ο λόγος μπορεί να εκλείψει."

#: templates/applications/emails/refused.txt
#, python-format
msgid "Your application for %(name)s was refused"
msgstr "Η αίτησή σας για το %(name)s απορρίφθηκε"

#: templates/applications/emails/refused.txt
msgid "Your application, with what was decided and when:"
msgstr "Η αίτησή σας, με το τι αποφασίστηκε και πότε:"

#: templates/applications/list.html
msgid "Any status"
msgstr "Όλες οι καταστάσεις"

#: templates/applications/list.html templates/auditlog/history.html
#: templates/ganeti/instance_list.html
msgid "Apply"
msgstr "Εφαρμογή"

#: templates/applications/list.html templates/auditlog/history.html
#: templates/ganeti/instance_list.html
msgid "Filters"
msgstr "Φίλτρα"

#: templates/applications/list.html
msgid "Host name, applicant, cluster"
msgstr "Όνομα, αιτών, συστοιχία"

#: templates/applications/list.html
msgid "Host name, applicant, organization, cluster"
msgstr ""

#: templates/applications/list.html
msgid "Search the applications"
msgstr "Αναζήτηση στις αιτήσεις"

#: templates/applications/review.html
msgid "Accept and build"
msgstr "Έγκριση και δημιουργία"

#: templates/applications/review.html
msgid "Discard, and tell nobody"
msgstr "Παράβλεψη, χωρίς ειδοποίηση"

#: templates/applications/review.html
#, python-format
msgid ""
"It could not be built (%(at)s). Change what is wrong and submit it again, or "
"refuse it."
msgstr ""
"Δεν μπόρεσε να δημιουργηθεί (%(at)s). Διορθώστε ό,τι φταίει και υποβάλετέ "
"την ξανά ή απορρίψτε την."

#: templates/applications/review.html
msgid ""
"Nothing was done: somebody else was quicker. What you typed is below; look "
"at it again."
msgstr ""
"Δεν έγινε τίποτα: κάποιος άλλος πρόλαβε. Όσα γράψατε είναι παρακάτω· δείτε "
"τα ξανά."

#: templates/applications/review.html
msgid "Refuse or discard it…"
msgstr "Απόρριψη ή παράβλεψη…"

#: templates/applications/review.html
msgid "Refuse, and mail the reason"
msgstr "Απόρριψη, με την αιτιολογία σε email"

#: templates/applications/review.html templates/applications/review_closed.html
#, python-format
msgid "Review %(name)s"
msgstr "Εξέταση: %(name)s"

#: templates/applications/review.html
msgid "Submit again"
msgstr "Υποβολή ξανά"

#: templates/applications/review.html
#, python-format
msgid ""
"The failed build has left %(name)s on %(cluster)s. It is removed before the "
"machine is built again; if you refuse or discard the application, it stays."
msgstr ""
"Η αποτυχημένη δημιουργία άφησε το %(name)s στη συστοιχία %(cluster)s. "
"Αφαιρείται πριν δημιουργηθεί ξανά το μηχάνημα· αν απορρίψετε ή αγνοήσετε την "
"αίτηση, μένει."

#: templates/applications/review_closed.html
msgid "It was accepted, but has not reached its cluster yet."
msgstr "Εγκρίθηκε, αλλά δεν έφτασε ακόμη στη συστοιχία."

#: templates/applications/review_closed.html
msgid "Submit it now"
msgstr "Υποβολή τώρα"

#: templates/applications/review_closed.html
msgid "This application is not up for review: it was decided already."
msgstr "Η αίτηση δεν είναι προς εξέταση: έχει ήδη αποφασιστεί."

#: templates/applications/review_closed.html
msgid "To the application"
msgstr "Στην αίτηση"

#: templates/auditlog/_history_list.html templates/ganeti/_pages.html
#, python-format
msgid "%(first)s–%(last)s of %(n)s"
msgstr "%(first)s–%(last)s από %(n)s"

#: templates/auditlog/_history_list.html
#, python-format
msgid "<b>%(n)s</b> entry"
msgid_plural "<b>%(n)s</b> entries"
msgstr[0] "<b>%(n)s</b> εγγραφή"
msgstr[1] "<b>%(n)s</b> εγγραφές"

#: templates/auditlog/_history_list.html
msgid "Newer"
msgstr "Νεότερες"

#: templates/auditlog/_history_list.html
msgid "No entry fits"
msgstr "Καμία εγγραφή δεν ταιριάζει"

#: templates/auditlog/_history_list.html
msgid "Nothing has been done yet"
msgstr "Δεν έχει γίνει τίποτα ακόμη"

#: templates/auditlog/_history_list.html
msgid "Older"
msgstr "Παλιότερες"

#: templates/auditlog/_history_list.html templates/ganeti/_pages.html
msgid "Pages of the list"
msgstr "Σελίδες του καταλόγου"

#: templates/auditlog/_history_list.html
msgid "Show the whole history"
msgstr "Όλο το ιστορικό"

#: templates/auditlog/_history_list.html
msgid "Whatever is done to machines through this site is written down here."
msgstr ""
"Ό,τι γίνεται σε μηχανήματα μέσα από αυτόν τον ιστότοπο καταγράφεται εδώ."

#: templates/auditlog/_lines.html templates/ganeti/_instance_facts.html
msgid "Machine"
msgstr "Μηχάνημα"

#: templates/auditlog/_lines.html
msgid "What was done"
msgstr "Τι έγινε"

#: templates/auditlog/_lines.html
msgid "When"
msgstr "Πότε"

#: templates/auditlog/_lines.html
msgid "Who"
msgstr "Ποιος"

#: templates/auditlog/emails/refused.txt
#, python-format
msgid ""
"%(who)s (from %(address)s) tried to %(action)s %(instance)s on %(cluster)s "
"at %(at)s."
msgstr ""
"Ο χρήστης %(who)s (από %(address)s) προσπάθησε: %(action)s %(instance)s στη "
"συστοιχία %(cluster)s, %(at)s."

#: templates/auditlog/emails/refused.txt
#, python-format
msgid "It was refused: %(why)s"
msgstr "Δεν επιτράπηκε: %(why)s"

#: templates/auditlog/emails/refused.txt
#, python-format
msgid "Refused: %(action)s %(instance)s by %(who)s"
msgstr "Δεν επιτράπηκε: %(action)s %(instance)s από %(who)s"

#: templates/auditlog/emails/refused.txt
msgid "The history has more:"
msgstr "Περισσότερα στο ιστορικό:"

#: templates/auditlog/history.html
msgid "Any action"
msgstr "Όλες οι ενέργειες"

#: templates/auditlog/history.html templates/ganeti/instance_list.html
msgid "Any cluster"
msgstr "Όλες οι συστοιχίες"

#: templates/auditlog/history.html
msgid "Any outcome"
msgstr "Όλες οι εκβάσεις"

#: templates/auditlog/history.html
msgid "Search the history"
msgstr "Αναζήτηση στο ιστορικό"

#: templates/auditlog/history.html
#, python-format
msgid "The last day."
msgid_plural "The last %(n)s days."
msgstr[0] "Η τελευταία ημέρα."
msgstr[1] "Οι τελευταίες %(n)s ημέρες."

#: templates/auditlog/history.html
msgid "What everybody did."
msgstr "Τι έκαναν όλοι."

#: templates/auditlog/history.html
msgid "What you did, and what was done to your machines."
msgstr "Τι κάνατε εσείς και τι έγινε στα μηχανήματά σας."

#: templates/auditlog/history.html
msgid "Who, what, on which machine"
msgstr "Ποιος, τι, σε ποιο μηχάνημα"

#: templates/base.html
msgid "Menu"
msgstr "Μενού"

#: templates/base.html
msgid "The site does not answer; what you see may be out of date."
msgstr "Ο ιστότοπος δεν απαντά· όσα βλέπετε μπορεί να μην ισχύουν πια."

#: templates/base.html
msgid "To the content"
msgstr "Στο περιεχόμενο"

#: templates/ganeti/_bulk_bar.html templates/ganeti/_instance_row.html
msgid "Reboot…"
msgstr "Επανεκκίνηση…"

#: templates/ganeti/_bulk_bar.html
msgid "Select none"
msgstr "Καμία επιλογή"

#: templates/ganeti/_bulk_bar.html
msgid "Selected machines"
msgstr "Επιλεγμένα μηχανήματα"

#: templates/ganeti/_bulk_bar.html templates/ganeti/_instance_row.html
msgid "Shut down…"
msgstr "Τερματισμός…"

#: templates/ganeti/_bulk_bar.html
msgid "Start…"
msgstr "Εκκίνηση…"

#: templates/ganeti/_bulk_bar.html
msgid "selected"
msgstr "στην επιλογή"

#: templates/ganeti/_cluster_notes.html
#, python-format
msgid ""
"A cluster is being asked for the first time; its machines will appear here."
msgid_plural ""
"%(n)s clusters are being asked for the first time; their machines will "
"appear here."
msgstr[0] ""
"Μια συστοιχία ερωτάται για πρώτη φορά· τα μηχανήματά της θα εμφανιστούν εδώ."
msgstr[1] ""
"%(n)s συστοιχίες ερωτώνται για πρώτη φορά· τα μηχανήματά τους θα εμφανιστούν "
"εδώ."

#: templates/ganeti/_cluster_notes.html
#, python-format
msgid ""
"Its machines are shown as they were %(at)s; they can be looked at, but "
"nothing can be done to them until it answers."
msgstr ""
"Τα μηχανήματά της εμφανίζονται όπως ήταν %(at)s· μπορείτε να τα δείτε, αλλά "
"δεν γίνεται καμία ενέργεια μέχρι να απαντήσει."

#: templates/ganeti/_cluster_notes.html
msgid "Nothing is known of its machines until it does."
msgstr "Μέχρι να απαντήσει, τίποτα δεν είναι γνωστό για τα μηχανήματά της."

#: templates/ganeti/_cluster_notes.html
#, python-format
msgid "The cluster <b>%(cluster)s</b> stopped answering %(since)s."
msgstr "Η συστοιχία <b>%(cluster)s</b> έπαψε να απαντά %(since)s."

#: templates/ganeti/_instance_columns.html
msgid "Columns"
msgstr "Στήλες"

#: templates/ganeti/_instance_columns.html
msgid "Show these"
msgstr "Εμφάνιση"

#: templates/ganeti/_instance_disks.html
msgid "Disks"
msgstr "Δίσκοι"

#: templates/ganeti/_instance_disks.html
msgid "It has no disks."
msgstr "Δεν έχει δίσκους."

#: templates/ganeti/_instance_disks.html
msgid "Size, GiB"
msgstr "Μέγεθος, GiB"

#: templates/ganeti/_instance_ended.html
msgid "Ganeti did not take the job."
msgstr "Το Ganeti δεν δέχτηκε την εργασία."

#: templates/ganeti/_instance_ended.html
msgid ""
"Ganeti has forgotten the job before its end was seen; look at the machine's "
"state before you try again."
msgstr ""
"Το Ganeti ξέχασε την εργασία πριν φανεί πώς τελείωσε· δείτε την κατάσταση "
"του μηχανήματος πριν δοκιμάσετε ξανά."

#: templates/ganeti/_instance_ended.html
msgid ""
"Ganeti tried and failed. Try again; if it fails again, tell the staff what "
"stands below."
msgstr ""
"Το Ganeti προσπάθησε και απέτυχε. Δοκιμάστε ξανά· αν αποτύχει πάλι, στείλτε "
"στους διαχειριστές όσα γράφονται παρακάτω."

#: templates/ganeti/_instance_ended.html
msgid ""
"The cluster could not be reached, so nothing was done. Try again when it "
"answers."
msgstr ""
"Η συστοιχία δεν ήταν προσβάσιμη, οπότε δεν έγινε τίποτα. Δοκιμάστε ξανά όταν "
"απαντήσει."

#: templates/ganeti/_instance_ended.html
msgid "The job was cancelled before it was done."
msgstr "Η εργασία ακυρώθηκε πριν ολοκληρωθεί."

#: templates/ganeti/_instance_facts.html
msgid "Hypervisor"
msgstr "Hypervisor"

#: templates/ganeti/_instance_facts.html
msgid "Primary node"
msgstr "Κύριος κόμβος"

#: templates/ganeti/_instance_facts.html
msgid "Secondary node"
msgstr "Εφεδρικός κόμβος"

#: templates/ganeti/_instance_head.html
#, python-format
msgid "Asked for by %(who)s %(at)s; %(status)s"
msgstr "Ζητήθηκε από %(who)s %(at)s· %(status)s"

#: templates/ganeti/_instance_head.html
msgid "It was not shut down:"
msgstr "Δεν τερματίστηκε:"

#: templates/ganeti/_instance_history.html
msgid "Nothing has been done to it through this site yet."
msgstr "Δεν έχει γίνει τίποτα σε αυτό μέσα από τον ιστότοπο ακόμη."

#: templates/ganeti/_instance_list.html
#, python-format
msgid "<b>%(n)s</b> machine"
msgid_plural "<b>%(n)s</b> machines"
msgstr[0] "<b>%(n)s</b> μηχάνημα"
msgstr[1] "<b>%(n)s</b> μηχανήματα"

#: templates/ganeti/_instance_list.html
#, python-format
msgid "<b>%(n)s</b> of %(total)s machines"
msgid_plural "<b>%(n)s</b> of %(total)s machines"
msgstr[0] "<b>%(n)s</b> από %(total)s μηχανήματα"
msgstr[1] "<b>%(n)s</b> από %(total)s μηχανήματα"

#: templates/ganeti/_instance_list.html
msgid "Actions"
msgstr "Ενέργειες"

#: templates/ganeti/_instance_list.html
msgid "Select all on this page"
msgstr "Επιλογή όλων σε αυτή τη σελίδα"

#: templates/ganeti/_instance_network.html
msgid "IPv4 address"
msgstr "Διεύθυνση IPv4"

#: templates/ganeti/_instance_network.html
msgid "IPv6 address"
msgstr "Διεύθυνση IPv6"

#: templates/ganeti/_instance_network.html
msgid "Interface"
msgstr "Διεπαφή"

#: templates/ganeti/_instance_network.html
msgid "It has no network interface."
msgstr "Δεν έχει διεπαφή δικτύου."

#: templates/ganeti/_instance_network.html
msgid "Mode"
msgstr "Τρόπος"

#: templates/ganeti/_instance_none.html
msgid "A machine appears here once it is given to you or to a group of yours."
msgstr "Ένα μηχάνημα εμφανίζεται εδώ μόλις δοθεί σε εσάς ή σε ομάδα σας."

#: templates/ganeti/_instance_none.html
msgid ""
"A machine appears here once it is given to you or to a group of yours. Ask "
"the staff of this service for one."
msgstr ""
"Ένα μηχάνημα εμφανίζεται εδώ μόλις δοθεί σε εσάς ή σε ομάδα σας. Ζητήστε το "
"από τους διαχειριστές της υπηρεσίας."

#: templates/ganeti/_instance_none.html
msgid "Add a cluster"
msgstr "Προσθήκη συστοιχίας"

#: templates/ganeti/_instance_none.html
msgid "Machines appear as soon as a cluster that has some is added."
msgstr "Τα μηχανήματα εμφανίζονται μόλις προστεθεί μια συστοιχία που έχει."

#: templates/ganeti/_instance_none.html
msgid "No machine fits"
msgstr "Κανένα μηχάνημα δεν ταιριάζει"

#: templates/ganeti/_instance_none.html
msgid "No machines yet"
msgstr "Κανένα μηχάνημα ακόμη"

#: templates/ganeti/_instance_none.html
msgid "Nothing was found that fits the search and all filters."
msgstr ""
"Δεν βρέθηκε τίποτα που να ταιριάζει στην αναζήτηση και σε όλα τα φίλτρα."

#: templates/ganeti/_instance_none.html
msgid "Show all machines"
msgstr "Όλα τα μηχανήματα"

#: templates/ganeti/_instance_none.html
msgid "There is no machine on any cluster."
msgstr "Δεν υπάρχει μηχάνημα σε καμία συστοιχία."

#: templates/ganeti/_instance_none.html
msgid "You have no machines yet"
msgstr "Δεν έχετε μηχανήματα ακόμη"

#: templates/ganeti/_instance_notes.html
#, python-format
msgid ""
"The cluster <b>%(cluster)s</b> stopped answering %(since)s. You see the "
"machine as it was %(at)s."
msgstr ""
"Η συστοιχία <b>%(cluster)s</b> έπαψε να απαντά %(since)s. Βλέπετε το "
"μηχάνημα όπως ήταν %(at)s."

#: templates/ganeti/_instance_notes.html
msgid ""
"The hosts of this machine are under maintenance. It can be looked at, but "
"its owners cannot act on it until that is over."
msgstr ""
"Οι διακομιστές που φιλοξενούν το μηχάνημα συντηρούνται. Οι κάτοχοί του "
"μπορούν να το βλέπουν, αλλά όχι να το χειρίζονται, μέχρι να τελειώσει η "
"συντήρηση."

#: templates/ganeti/_instance_owners.html
msgid "As of"
msgstr "Ενημερώθηκε"

#: templates/ganeti/_instance_owners.html
msgid "Created"
msgstr "Δημιουργήθηκε"

#: templates/ganeti/_instance_owners.html
msgid "Nobody"
msgstr "Κανένας"

#: templates/ganeti/_instance_owners.html
msgid "Other tags"
msgstr "Άλλες ετικέτες"

#: templates/ganeti/_instance_owners.html
msgid "Owners and age"
msgstr "Κάτοχοι και ηλικία"

#: templates/ganeti/_instance_owners.html
msgid "group"
msgstr "ομάδα"

#: templates/ganeti/_instance_owners.html
msgid "unknown to this site"
msgstr "άγνωστος εδώ"

#: templates/ganeti/_instance_row.html
msgid "More actions"
msgstr "Περισσότερες ενέργειες"

#: templates/ganeti/_instance_row.html
msgid "Owner unknown to this site"
msgstr "Κάτοχος άγνωστος στον ιστότοπο"

#: templates/ganeti/_instance_row.html
msgid "Select"
msgstr "Επιλογή"

#: templates/ganeti/_instance_row.html
msgid "Start"
msgstr "Εκκίνηση"

#: templates/ganeti/_instance_row.html
msgid "as of"
msgstr "όπως ήταν"

#: templates/ganeti/_pages.html
msgid "Machines per page"
msgstr "Μηχανήματα ανά σελίδα"

#: templates/ganeti/_pages.html
msgid "Per page"
msgstr "Ανά σελίδα"

#: templates/ganeti/_refresh.html
msgid "Ask now"
msgstr "Ανανέωση"

#: templates/ganeti/_running_jobs.html
msgid "Running jobs"
msgstr "Εργασίες που εκτελούνται"

#: templates/ganeti/_running_jobs.html
msgid "job runs"
msgid_plural "jobs run"
msgstr[0] "εργασία εκτελείται"
msgstr[1] "εργασίες εκτελούνται"

#: templates/ganeti/instance_bulk.html
#, python-format
msgid "%(verb)s: %(n)s machine"
msgid_plural "%(verb)s: %(n)s machines"
msgstr[0] "%(verb)s: %(n)s μηχάνημα"
msgstr[1] "%(verb)s: %(n)s μηχανήματα"

#: templates/ganeti/instance_bulk.html
msgid "Back to the list"
msgstr "Πίσω στον κατάλογο"

#: templates/ganeti/instance_bulk.html
msgid "Each gets two minutes to shut down by itself before it is switched off."
msgstr ""
"Το καθένα έχει δύο λεπτά να τερματιστεί μόνο του, πριν διακοπεί η λειτουργία "
"του."

#: templates/ganeti/instance_bulk.html
msgid "Each is shut down and started again on the same node."
msgstr "Το καθένα τερματίζεται και ξεκινά πάλι στον ίδιο κόμβο."

#: templates/ganeti/instance_bulk.html
#, python-format
msgid "Left out: %(n)s machine"
msgid_plural "Left out: %(n)s machines"
msgstr[0] "Εξαιρείται: %(n)s μηχάνημα"
msgstr[1] "Εξαιρούνται: %(n)s μηχανήματα"

#: templates/ganeti/instance_bulk.html
msgid "Nothing can be done to these machines now"
msgstr "Δεν μπορεί να γίνει τίποτα σε αυτά τα μηχανήματα τώρα"

#: templates/ganeti/instance_list.html
msgid "Any mark"
msgstr "Όλες οι ενδείξεις"

#: templates/ganeti/instance_list.html
msgid "Any state"
msgstr "Όλες οι καταστάσεις"
