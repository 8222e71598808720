package dev.sluicegate.router.identity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What each issuer is asked for when policy wants a stronger authentication.
 *
 * @param byIssuer values of {@code acr_values}, best first, for issuers that have their own
 */
public record StepUpContexts(Map<String, List<String>> byIssuer) {
    /** For issuers that do not name their own: what OpenID providers most often know more than one factor by. */
    static final List<String> WELL_KNOWN =
            List.of("http://schemas.openid.net/pape/policies/2007/06/multi-factor");

    public StepUpContexts {
        byIssuer = Map.copyOf(byIssuer);
    }

    public static StepUpContexts of(List<IssuerConfig> issuers) {
        var byIssuer = new HashMap<String, List<String>>();
        for (var issuer : issuers) {
            if (!issuer.stepUp().isEmpty()) {
                byIssuer.put(issuer.issuer(), issuer.stepUp());
            }
        }
        return new StepUpContexts(byIssuer);
    }

    List<String> at(String issuer) {
        return byIssuer.getOrDefault(issuer, WELL_KNOWN);
    }
}
