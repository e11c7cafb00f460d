using System.Net;
using System.Net.Sockets;
using Dormouse.Contracts;
using Dormouse.Roles;

namespace Dormouse.Tests.Roles;

public sealed class FrontDoorSocketsTests
{
    [Fact]
    public void A_port_that_is_taken_is_told_with_its_number()
    {
        using FrontDoorSockets first = FrontDoorSockets.Open(null, 0, "--http");
        int port = first.Endpoints[0].Port;

        var failure = Assert.Throws<DormouseException>(() => FrontDoorSockets.Open(null, port, "--https"));

        Assert.Equal("DM1003", failure.Code);
        Assert.Contains($"127.0.0.1:{port}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("with --https", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_free_port_is_the_same_on_both_loopback_addresses()
    {
        using FrontDoorSockets sockets = FrontDoorSockets.Open(null, 0, "--http");

        Assert.Single(sockets.Endpoints.Select(endpoint => endpoint.Port).Distinct());
        Assert.Equal(IPAddress.Loopback, sockets.Endpoints[0].Address);
        Assert.All(sockets.Endpoints, endpoint => Assert.True(IPAddress.IsLoopback(endpoint.Address)));
    }

    [Fact]
    public async Task A_client_that_comes_before_the_server_waits_instead_of_being_refused()
    {
        using FrontDoorSockets sockets = FrontDoorSockets.Open(IPAddress.Loopback, 0, "--http");
        using var client = new TcpClient();

        await client.ConnectAsync(sockets.Endpoints[0], TestContext.Current.CancellationToken);

        using Socket taken = sockets.Take(sockets.Endpoints[0])!;
        using Socket accepted = await taken.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.True(accepted.Connected);
    }

    [Fact]
    public void An_address_that_is_not_of_this_host_is_told()
    {
        // TEST-NET-1 (RFC 5737) is nobody's.
        var failure = Assert.Throws<DormouseException>(() => FrontDoorSockets.Open(IPAddress.Parse("192.0.2.1"), 0, "--http"));

        Assert.Equal("DM1005", failure.Code);
    }
}
