using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Host;

public sealed class HostReportTests
{
    private static readonly HostFacts Good = new()
    {
        System = "Debian",
        UnifiedControllers = ["cpu", "memory", "pids"],
        OldControllers = [],
        IsRoot = true,
        Bubblewrap = "bubblewrap 0.8.0",
        HasSetpriv = true,
        SandboxFailure = null,
        IsRestrictedByAppArmor = false,
        HasAppArmorProfile = false,
        PidsMax = 4_194_304,
        OpenFilesMax = 1_048_576,
        HasReflinks = true,
        HasProjectQuota = true,
        FileSystem = "xfs",
        FreeDiskBytes = 100L << 30,
        MemoryBytes = 16L << 30,
        SwapBytes = 8L << 30,
        HasZram = true,
        Cores = 4,
        HasKvmDevice = true,
        HasVirtualisation = true,
        HasApt = true,
        HasDebianKeyring = true,
        Mirror = "http://mirror.test/debian",
        HasNpm = true,
    };

    [Fact]
    public void A_good_host_has_nothing_to_improve()
    {
        Assert.All(HostReport.Judge(Good).Checks, check => Assert.Equal((HostVerdict.Ok, null), (check.Verdict, check.Advice)));
        Assert.False(HostReport.Judge(Good).HasProblems);
    }

    [Fact]
    public void A_missing_bubblewrap_is_a_problem_and_its_package_is_named()
    {
        HostCheck check = Find(Good with { Bubblewrap = null, SandboxFailure = "bubblewrap is not installed" }, "sandbox");
        Assert.Equal(HostVerdict.Problem, check.Verdict);
        Assert.Contains("package bubblewrap", check.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Forbidden_user_namespaces_name_the_setting_that_forbids_them()
    {
        HostFacts facts = Good with { SandboxFailure = "bwrap: setting up uid map: Permission denied" };
        Assert.Contains("user.max_user_namespaces", Find(facts, "sandbox").Advice, StringComparison.Ordinal);
        HostCheck restricted = Find(facts with { IsRestrictedByAppArmor = true }, "sandbox");
        Assert.Contains("kernel.apparmor_restrict_unprivileged_userns", restricted.Advice, StringComparison.Ordinal);
        Assert.Equal(HostVerdict.Problem, restricted.Verdict);
    }

    [Fact]
    public void A_profile_that_was_written_for_it_is_told() =>
        Assert.Contains(
            "/etc/apparmor.d/dormouse-bwrap",
            Find(Good with { HasAppArmorProfile = true }, "sandbox").Value,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(true, HostVerdict.Ok)]
    [InlineData(false, HostVerdict.Note)]
    public void Old_cgroups_serve_root_only(bool isRoot, HostVerdict verdict)
    {
        HostFacts facts = Good with { UnifiedControllers = [], OldControllers = ["memory", "pids", "cpu", "freezer"], IsRoot = isRoot };
        Assert.Equal(verdict, Find(facts, "cgroups").Verdict);
    }

    [Fact]
    public void Without_any_cgroups_signals_freeze()
    {
        HostCheck check = Find(Good with { UnifiedControllers = [] }, "cgroups");
        Assert.Equal(HostVerdict.Note, check.Verdict);
        Assert.Contains("Signals freeze", check.Use, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, null, false, HostVerdict.Ok)]
    [InlineData(false, false, null, true, HostVerdict.Note)]
    [InlineData(false, false, null, false, HostVerdict.Problem)]
    public void An_image_can_be_made_with_apt_or_npm(bool apt, bool keyring, string? mirror, bool npm, HostVerdict verdict)
    {
        HostFacts facts = Good with { HasApt = apt, HasDebianKeyring = keyring, Mirror = mirror, HasNpm = npm };
        Assert.Equal(verdict, Find(facts, "image sources").Verdict);
    }

    [Fact]
    public void What_is_scarce_is_said()
    {
        HostFacts poor = Good with
        {
            PidsMax = 32_768,
            OpenFilesMax = 1024,
            HasReflinks = false,
            HasProjectQuota = false,
            SwapBytes = 0,
            FreeDiskBytes = 1 << 20,
        };
        foreach (string name in (string[])["pid_max", "open files", "reflinks", "disk limit", "swap"])
        {
            HostCheck check = Find(poor, name);
            Assert.Equal(HostVerdict.Note, check.Verdict);
            Assert.NotNull(check.Advice);
        }
        Assert.Equal(HostVerdict.Problem, Find(poor, "free disk").Verdict);
    }

    [Fact]
    public async Task This_host_can_be_inspected_and_every_check_fits_a_line()
    {
        using var folder = new TestDataFolder();
        HostReport report = await HostReport.InspectAsync(folder.Combine("data"), TestContext.Current.CancellationToken);
        Assert.All(report.Checks, check => Assert.DoesNotContain('\n', check.ToString()));
        Assert.Equal(report.Checks.Count, report.Checks.Select(check => check.Name).Distinct().Count());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Combine("data")));
        // These tests could not have started a server otherwise.
        Assert.Equal(HostVerdict.Ok, report.Checks.First(check => check.Name == "sandbox").Verdict);
    }

    [Fact]
    public void A_package_that_cannot_be_installed_is_named_with_the_command()
    {
        DormouseException failure = HostPackages.NotInstalled(["bubblewrap", "util-linux"], "no root");
        Assert.Equal("DM1050", failure.Code);
        Assert.Contains("sudo apt-get install -y bubblewrap util-linux", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_is_not_installed_again()
    {
        var lines = new List<string>();
        var progress = new SynchronousProgress(lines);
        await HostPackages.EnsureAsync([new HostPackage("sh", "dash")], progress, TestContext.Current.CancellationToken);
        Assert.Empty(lines);
    }

    private static HostCheck Find(HostFacts facts, string name) => HostReport.Judge(facts).Checks.First(check => check.Name == name);

    private sealed class SynchronousProgress(List<string> lines) : IProgress<string>
    {
        public void Report(string value) => lines.Add(value);
    }
}
