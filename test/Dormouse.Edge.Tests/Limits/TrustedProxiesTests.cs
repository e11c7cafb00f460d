using System.Net;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Tests.Limits;

public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")]
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1")]
    [InlineData("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3")]
    [InlineData("10.0.0.1", "198.51.100.1:4711", "198.51.100.1")]
    [InlineData("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7")]
    [InlineData("10.0.0.1", "2001:db8::7", "2001:db8::7")]
    [InlineData("10.0.0.1", "nonsense", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1, nonsense, 10.0.0.2", "10.0.0.2")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    public void The_client_is_the_last_address_that_no_trusted_proxy_has(string socket, string? header, string client)
    {
        var proxies = new TrustedProxies(new EdgeOptions { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] });
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(socket);
        context.Request.Headers["X-Forwarded-For"] = header;

        Assert.Equal(IPAddress.Parse(client), proxies.ClientOf(context));
    }

    [Fact]
    public void By_default_nobody_is_believed()
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Request.Headers["X-Forwarded-For"] = "198.51.100.1";

        Assert.Equal(IPAddress.Loopback, new TrustedProxies(new EdgeOptions()).ClientOf(context));
    }
}
