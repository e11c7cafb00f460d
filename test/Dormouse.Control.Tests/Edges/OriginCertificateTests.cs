using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dormouse.Contracts;
using Dormouse.Edge.Origin;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Edges;

/// <summary>An edge whose origin speaks TLS: which certificates it takes, and what it sends to whom.</summary>
public sealed class OriginCertificateTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_edge_follows_an_origin_whose_certificate_is_of_the_named_ca()
    {
        using var data = new TestDataFolder();
        using TestAuthority authority = new();
        await using EdgeFleet fleet = await StartAsync(authority.Issue("localhost"), data, authority);

        Assert.Equal(0, (await ForwardingTests.KeptAsync(fleet, 1)).Version);
    }

    [Theory]
    [InlineData("another ca")]
    [InlineData("another name")]
    [InlineData("over")]
    [InlineData("itself")]
    public async Task An_edge_tells_nothing_to_an_origin_with_the_wrong_certificate(string wrong)
    {
        using var data = new TestDataFolder();
        using TestAuthority authority = new();
        using TestAuthority other = new();
        X509Certificate2 shown = wrong switch
        {
            "another ca" => other.Issue("localhost"),
            "another name" => authority.Issue("elsewhere.example"),
            "over" => authority.Issue("localhost", isOver: true),
            _ => TestAuthority.SelfSigned("localhost"),
        };
        await using EdgeFleet fleet = await StartAsync(shown, data, authority);

        EdgeReply reply = await fleet.Edges[0].Client.ReadAsync(1);

        Assert.Equal(503, reply.Status);
        Assert.Contains("\"P6008\"", reply.Body, StringComparison.Ordinal);
        Assert.Equal(0, fleet.Forwarded);
        Assert.False(fleet.Edges[0].Follows);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData(null)]
    public async Task A_ca_file_without_certificates_is_refused_at_the_start(string? content)
    {
        using var data = new TestDataFolder();
        string file = data.Combine("ca.pem");
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content, Cancelled);
        }

        DormouseException refused = await Assert.ThrowsAsync<DormouseException>(() =>
            EdgeFleet.StartAsync(1, origin => origin.CaFile = file)
        );

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<EdgeFleet> StartAsync(X509Certificate2 shown, TestDataFolder data, TestAuthority authority)
    {
        string file = data.Combine("ca.pem");
        await File.WriteAllTextAsync(file, authority.Pem, Cancelled);
        return await EdgeFleet.StartAsync(
            1,
            origin =>
            {
                origin.Address = new UriBuilder(origin.Address) { Scheme = "https", Host = "localhost" }.Uri;
                origin.CaFile = file;
            },
            certificate: shown
        );
    }

    /// <summary>A CA of a test's own.</summary>
    private sealed class TestAuthority : IDisposable
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 root;

        public TestAuthority()
        {
            var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
            root = request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
        }

        public string Pem => root.ExportCertificatePem();

        private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

        public X509Certificate2 Issue(string name, bool isOver = false)
        {
            using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 issued = RequestOf(name, own)
                .Create(root, Now.AddDays(-2), Now.AddDays(isOver ? -1 : 1), RandomNumberGenerator.GetBytes(8));
            return issued.CopyWithPrivateKey(own);
        }

        public static X509Certificate2 SelfSigned(string name)
        {
            using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return RequestOf(name, own).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        }

        public void Dispose()
        {
            root.Dispose();
            key.Dispose();
        }

        private static CertificateRequest RequestOf(string name, ECDsa key)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(names.Build());
            return request;
        }
    }
}
