package dev.sluicegate.router.screening;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What screening looks for, as automata ready to run. Building them takes some milliseconds, so it is
 * done when the function starts, before the snapshot.
 */
public final class Detectors {
    private static final Scanner WITHOUT_CONTACTS = new Scanner(detectors());

    /** Secrets, payment data and national numbers; contact data passes. */
    public static final Detectors STANDARD = new Detectors(WITHOUT_CONTACTS, Set.of());

    private final Scanner ofResults;
    private final Set<String> kept;

    private Detectors(Scanner ofResults, Set<String> kept) {
        this.ofResults = ofResults;
        this.kept = kept;
    }

    /** With a choice of what happens to contact data in results. */
    public static Detectors with(ContactData contactData) {
        if (contactData == ContactData.PASS) {
            return STANDARD;
        }
        var all = new ArrayList<>(detectors());
        all.add(new EmailAddress());
        all.add(new NetworkAddress());
        all.add(new PhoneNumber());
        return new Detectors(
                new Scanner(all),
                contactData == ContactData.LABEL
                        ? Set.of(
                                EmailAddress.TYPE,
                                PhoneNumber.TYPE,
                                NetworkAddress.IP,
                                NetworkAddress.MAC)
                        : Set.of());
    }

    /** In the order in which they are asked where two have the same anchor. */
    private static List<Detector> detectors() {
        return List.of(
                new ReplacedValue(),
                new ClusterSecret(),
                new PrivateKey(),
                new JsonWebToken(),
                new AwsAccessKeyId(),
                new AwsSecretKey(),
                new AwsSessionToken(),
                new ProviderToken(),
                new MarkedInside(),
                new UrlCredentials(),
                new CommandLine(),
                new BearerToken(),
                new NamedSecret(),
                new Iban(),
                new CardNumber(),
                new NationalId(),
                new NamedDetail());
    }

    /** Arguments name receivers; whether they may is for policy. */
    Scanner ofArguments() {
        return WITHOUT_CONTACTS;
    }

    Scanner ofResults() {
        return ofResults;
    }

    /** Types that are reported and pass. */
    Set<String> kept() {
        return kept;
    }
}
