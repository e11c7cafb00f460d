using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Schemas;
using Dormouse.Edge.Tls;
using Dormouse.Edge.Transactions;

namespace Dormouse.Edge.Tests;

public sealed class EdgeOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new EdgeOptions().Validate();

    [Fact]
    public void All_wrong_settings_are_named_at_once()
    {
        var options = new EdgeOptions
        {
            Region = "no\r\nheader",
            Limits = new RequestLimitOptions { MaxRequests = 1 },
            Callers = new CallerLimitOptions
            {
                RequestsPerSecondPerKey = -1,
                FailedKeysPerMinute = 0,
                MaxRequestsPerKey = 0,
            },
            Connections = new ConnectionLimitOptions
            {
                MaxHeaders = 0,
                MaxConnections = 0,
                KeepAlive = TimeSpan.Zero,
            },
            PublicOrigin = new Uri("https://db.example.com/path"),
            Tls = new TlsOptions
            {
                CertificateFile = "cert.pem",
                DevelopmentNames = ["no name"],
                CheckPeriod = TimeSpan.Zero,
            },
            StopGrace = TimeSpan.FromSeconds(-1),
            Schemas = new SchemaOptions { ReadsAtOnce = 0 },
            Engine = new EngineOptions { ConnectionsPerInstance = 0, MaxQueryDepth = 0 },
            Transactions = new TransactionOptions { DefaultTimeout = TimeSpan.FromHours(1) },
        };

        string message = Assert.Throws<ArgumentException>(options.Validate).Message;

        Assert.All(
            [
                "Region",
                "PublicOrigin",
                "Tls needs",
                "no name",
                "CheckPeriod",
                "StopGrace",
                "MaxRequests ",
                "RequestsPerSecondPerKey",
                "FailedKeysPerMinute",
                "MaxRequestsPerKey",
                "MaxHeaders",
                "MaxConnections",
                "KeepAlive",
                "ReadsAtOnce",
                "ConnectionsPerInstance",
                "MaxQueryDepth",
                "DefaultTimeout",
            ],
            name => Assert.Contains(name, message, StringComparison.Ordinal)
        );
    }
}
