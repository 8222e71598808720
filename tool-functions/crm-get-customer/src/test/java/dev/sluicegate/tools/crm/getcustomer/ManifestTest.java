package dev.sluicegate.tools.crm.getcustomer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.kit.testing.ManifestContract;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest extends ManifestContract {
    ManifestTest() {
        super(GetCustomer.class, GetCustomer::new, List.of("CUSTOMERS"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"customer_id\": \"C-1001\"}",
                "{\"customer_id\": \"C-1\", \"fields\": [\"card_number\", \"iban\"]}"
            })
    void theseArgumentsAreAccepted(String arguments) {
        assertThat(accepts(arguments)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"customer_id\": 1}",
                "{\"customer_id\": \"1001\"}",
                "{\"customer_id\": \"C-1001\\n\"}",
                "{\"customer_id\": \"C-1*\"}",
                "{\"customer_id\": \"C-12345678901\"}",
                "{\"customer_id\": \"C-1\", \"fields\": []}",
                "{\"customer_id\": \"C-1\", \"fields\": [\"name\", \"name\"]}",
                "{\"customer_id\": \"C-1\", \"fields\": [\"pk\"]}",
                "{\"customer_id\": \"C-1\", \"fields\": \"name\"}",
                "{\"customer_id\": \"C-1\", \"all\": true}"
            })
    void theseArgumentsAreRefused(String arguments) {
        assertThat(accepts(arguments)).isFalse();
    }
}
