// A fax by a client that wsimport generated from the WSDL: java Client WSDL USER PASSWORD
import generated.*;
import java.net.URL;
import javax.xml.ws.Holder;

public class Client {
    public static void main(String[] argv) throws Exception {
        PresencePortType port = new Presence(new URL(argv[0])).getPresencePort();
        Holder<String> client = new Holder<>(), id = new Holder<>(), answer = new Holder<>();
        port.cfCreateMessageWS(argv[1], argv[2], client, null, null, null, "words", "TEXT", 5, "F",
            null, null, null, null, null, null, null, null, id, answer);
        Holder<Integer> recipient = new Holder<>();
        port.cfAddRecipientWS(client, id, argv[1], argv[2], null, "Ada", "555 0100", "FAX", null,
            answer, recipient);
        port.cfSendMessageWS(client, id, argv[1], argv[2], answer);
        Holder<String> status = new Holder<>();
        Holder<Integer> pages = new Holder<>();
        Holder<java.util.List<StatusRow>> rows = new Holder<>();
        for (int tries = 0; tries < 600; tries++) {
            port.cfGetMessageStatusWS(client, id, argv[1], argv[2], answer, status, pages, rows);
            if (!status.value.equals("PENDING") && !status.value.equals("IN_PROGRESS")) break;
            Thread.sleep(100);
        }
        StatusRow row = rows.value.get(0);
        System.out.println(status.value + " " + row.getDELIVERYSTATUS() + " "
            + row.getNUMBERATTEMPTS() + " " + pages.value);
    }
}
