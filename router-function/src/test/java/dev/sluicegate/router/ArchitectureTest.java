package dev.sluicegate.router;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The edges between packages and modules, as the design draws them. */
class ArchitectureTest {
    private static final String ROUTER = "dev.sluicegate.router.";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.sluicegate");

    /** Who may use whom inside the router. A call travels from edge to trail; nothing points back. */
    private static final Map<String, Set<String>> ALLOWED =
            Map.ofEntries(
                    Map.entry("edge", Set.of("identity", "facade", "mcp")),
                    Map.entry("facade", Set.of("identity")),
                    Map.entry("identity", Set.of()),
                    Map.entry("mcp", Set.of("identity", "enforcement", "policy")),
                    Map.entry("screening", Set.of()),
                    Map.entry("chain", Set.of("identity")),
                    Map.entry("policy", Set.of("identity", "enforcement")),
                    Map.entry(
                            "enforcement",
                            Set.of("identity", "screening", "chain", "policy", "approval")),
                    Map.entry("approval", Set.of("identity", "chain", "enforcement", "policy")),
                    Map.entry(
                            "trail",
                            Set.of("identity", "screening", "chain", "enforcement", "policy")),
                    Map.entry("invocation", Set.of("identity", "enforcement", "policy", "chain")));

    @Test
    void packagesUseOnlyThePackagesTheyMay() {
        var found = new TreeMap<String, Set<String>>();
        for (JavaClass from : CLASSES) {
            var fromPackage = routerPackage(from);
            if (fromPackage.isEmpty()) {
                continue;
            }
            for (var dependency : from.getDirectDependenciesFromSelf()) {
                var to = routerPackage(dependency.getTargetClass());
                if (!to.isEmpty()
                        && !to.equals(fromPackage)
                        && !ALLOWED.getOrDefault(fromPackage, Set.of()).contains(to)) {
                    found.computeIfAbsent(fromPackage + " -> " + to, _ -> new TreeSet<>())
                            .add(dependency.getDescription());
                }
            }
        }

        assertThat(found).isEmpty();
    }

    @Test
    void everyPackageOfTheRouterIsInTheTable() {
        var packages = new TreeSet<String>();
        for (JavaClass type : CLASSES) {
            packages.add(routerPackage(type));
        }
        packages.remove("");

        assertThat(packages).isEqualTo(new TreeSet<>(ALLOWED.keySet()));
    }

    @Test
    void onlyInvocationTouchesTheLambdaClient() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROUTER + "invocation", "dev.sluicegate.router")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.awssdk.services.lambda..")
                .check(CLASSES);
    }

    @Test
    void onlyTheEdgeKnowsHttpEventsAndOnlyWiringKnowsTheEnvironment() {
        noClasses()
                .that()
                .resideInAPackage(ROUTER + "*")
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(CLASSES);
    }

    @Test
    void toolsAndTheirKitLinkNeitherRouterNorPolicyNorAudit() {
        classes()
                .that()
                .resideInAnyPackage("dev.sluicegate.contract..", "dev.sluicegate.record..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.crypto..",
                        "com.fasterxml.jackson..",
                        "org.jspecify..",
                        "dev.sluicegate.contract..",
                        "dev.sluicegate.record..")
                .check(CLASSES);
    }

    @Test
    void policyAndAuditDoNotKnowTheRouter() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.sluicegate.policy..", "dev.sluicegate.audit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.sluicegate.router..")
                .check(CLASSES);
    }

    @Test
    void policyUsesNoAws() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluicegate.policy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("software.amazon..", "com.amazonaws..")
                .check(CLASSES);
    }

    private static String routerPackage(JavaClass type) {
        var name = type.getPackageName();
        if (!name.startsWith(ROUTER)) {
            return "";
        }
        var rest = name.substring(ROUTER.length());
        var dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
