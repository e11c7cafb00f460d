using System.Net;
using System.Security.Cryptography.X509Certificates;
using Dormouse.Contracts;
using Dormouse.Edge.Tls;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Edge.Tests.Tls;

public sealed class DevelopmentAuthorityTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestDataFolder folder = new();
    private readonly ManualTimeProvider clock = new();

    [Fact]
    public void It_makes_a_certificate_for_this_machine_that_an_app_which_trusts_the_CA_accepts()
    {
        Ensure();

        using X509Certificate2 certificate = Certificate();
        Assert.True(IsTrusted(certificate));
        Assert.True(certificate.MatchesHostname("localhost"));
        X509SubjectAlternativeNameExtension names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], names.EnumerateIPAddresses());
    }

    [Fact]
    public void Keys_are_for_their_owner_alone_and_the_CA_for_everybody()
    {
        Ensure();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder.Combine("ca-key.pem")));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder.Combine("server.pem")));
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(folder.Combine("ca.pem")));
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(folder.Combine("ca.pem")), StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void A_later_start_finds_both_again()
    {
        Ensure();
        string[] files = Contents();

        Ensure();

        Assert.Equal(files, Contents());
    }

    [Fact]
    public void The_certificate_is_renewed_30_days_before_its_end_and_the_CA_stays()
    {
        DevelopmentAuthority authority = Ensure();
        string[] first = Contents();
        clock.Advance(TimeSpan.FromDays(59.9));
        authority.Ensure();
        Assert.Equal(first, Contents());

        clock.Advance(TimeSpan.FromDays(0.2));
        authority.Ensure();

        Assert.Equal(first[..2], Contents()[..2]);
        Assert.NotEqual(first[2], Contents()[2]);
        using X509Certificate2 certificate = Certificate();
        Assert.True(IsTrusted(certificate));
    }

    [Fact]
    public void Other_names_get_another_certificate_of_the_same_CA()
    {
        Ensure();
        string[] first = Contents();

        Ensure("db.lan", "192.0.2.7");

        Assert.Equal(first[..2], Contents()[..2]);
        using X509Certificate2 certificate = Certificate();
        Assert.True(certificate.MatchesHostname("db.lan"));
        Assert.True(certificate.MatchesHostname("192.0.2.7"));
        Assert.True(certificate.MatchesHostname("localhost"));
    }

    [Fact]
    public void A_CA_near_its_end_is_replaced()
    {
        DevelopmentAuthority authority = Ensure();
        string[] first = Contents();
        clock.Advance(TimeSpan.FromDays(3600));

        authority.Ensure();

        Assert.All(first.Zip(Contents()), pair => Assert.NotEqual(pair.First, pair.Second));
        using X509Certificate2 certificate = Certificate();
        Assert.True(IsTrusted(certificate));
    }

    [Fact]
    public void Files_that_a_crash_left_half_made_are_made_again()
    {
        Ensure();
        File.Delete(folder.Combine("ca.pem"));
        File.WriteAllText(folder.Combine("server.pem"), "half");

        Ensure();

        using X509Certificate2 certificate = Certificate();
        Assert.True(IsTrusted(certificate));
    }

    [Fact]
    public void A_damaged_CA_is_told_and_not_replaced_behind_the_back_of_the_apps_that_trust_it()
    {
        File.WriteAllText(folder.Combine("ca-key.pem"), "damaged");

        Assert.Equal("DM4054", Assert.Throws<DormouseException>(() => Ensure()).Code);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told()
    {
        var authority = new DevelopmentAuthority(new TlsOptions { DevelopmentFolder = folder.Combine("no") }, clock, NullLogger.Instance);

        Assert.Equal("DM4055", Assert.Throws<DormouseException>(authority.Ensure).Code);
    }

    public void Dispose() => folder.Dispose();

    private DevelopmentAuthority Ensure(params string[] names)
    {
        var options = new TlsOptions { DevelopmentFolder = folder.Path, DevelopmentNames = names };
        var authority = new DevelopmentAuthority(options, clock, NullLogger.Instance);
        authority.Ensure();
        return authority;
    }

    private string[] Contents() =>
        [.. new[] { "ca-key.pem", "ca.pem", "server.pem" }.Select(name => File.ReadAllText(folder.Combine(name)))];

    private X509Certificate2 Certificate() => X509Certificate2.CreateFromPemFile(folder.Combine("server.pem"));

    private bool IsTrusted(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(folder.Combine("ca.pem"));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }
}
