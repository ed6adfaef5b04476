// A fax by a client that gSOAP generated from the WSDL: client ADDRESS USER PASSWORD
#include "soapPresenceBindingProxy.h"
#include "PresenceBinding.nsmap"
#include <iostream>
#include <unistd.h>

template <class T> void me(T &request, char **argv) {
    request.username = argv[2];
    request.password = argv[3];
}

int main(int argc, char **argv) {
    PresenceBindingProxy client(argv[1]);
    std::string text = "words", kind = "TEXT", number = "555 0100";
    _ns1__CFCreateMessageWS create; _ns1__CFCreateMessageWSResponse made;
    me(create, argv); create.messageBody = &text; create.messageBodyType = &kind;
    if (client.CFCreateMessageWS(&create, made)) { client.soap_stream_fault(std::cerr); return 1; }
    _ns1__CFAddRecipientWS add; _ns1__CFAddRecipientWSResponse added;
    me(add, argv); add.presenceUniqueIdentifier = made.presenceUniqueIdentifier;
    add.recipientType = "FAX"; add.recipientPhone = &number;
    if (client.CFAddRecipientWS(&add, added)) { client.soap_stream_fault(std::cerr); return 1; }
    _ns1__CFSendMessageWS send; _ns1__CFSendMessageWSResponse sent;
    me(send, argv); send.presenceUniqueIdentifier = made.presenceUniqueIdentifier;
    if (client.CFSendMessageWS(&send, sent)) { client.soap_stream_fault(std::cerr); return 1; }
    _ns1__CFGetMessageStatusWS ask; _ns1__CFGetMessageStatusWSResponse status;
    me(ask, argv); ask.presenceUniqueIdentifier = made.presenceUniqueIdentifier;
    for (int tries = 0; tries < 600; tries++) {
        if (client.CFGetMessageStatusWS(&ask, status)) { client.soap_stream_fault(std::cerr); return 1; }
        if (*status.messageStatus != "PENDING" && *status.messageStatus != "IN_PROGRESS") break;
        usleep(100000);
    }
    std::cout << *status.messageStatus << " " << *status.dataTableRow[0]->DELIVERY_USCORESTATUS << " "
              << *status.dataTableRow[0]->NUMBER_USCOREATTEMPTS << " " << *status.pages << "\n";
}
