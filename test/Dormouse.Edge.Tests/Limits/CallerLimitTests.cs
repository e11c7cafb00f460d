using System.Net;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Tests.Limits;

/// <summary>The bounds of one key and one address. Addresses come from a proxy that is trusted; this machine's own is not counted.</summary>
public sealed class CallerLimitTests
{
    private static readonly string Query = Plans.RawQuery("SELECT 1");

    private readonly ManualTimeProvider clock = new();

    [Fact]
    public async Task A_key_that_sends_too_fast_is_429_for_a_while_and_another_key_of_the_database_is_not()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Callers.RequestsPerSecondPerKey = 2, clock);
        using HttpClient neighbour = edge.NewClient(edge.Keys.Add(edge.Id));

        int[] first = await StatusesAsync(5, () => edge.QueryAsync(Query));
        Reply refused = await edge.QueryAsync(Query);
        Reply other = await Reply.OfAsync(neighbour, HttpMethod.Post, "/query", Query);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        int[] later = await StatusesAsync(2, () => edge.QueryAsync(Query));

        Assert.Equal([200, 200, 200, 200, 429], first);
        Assert.Equal((429, "P5011", "1"), (refused.Status, refused.Code, refused.Header("Retry-After")));
        Assert.Contains("more than the 2 requests a second", refused.Message, StringComparison.Ordinal);
        Assert.Equal(200, other.Status);
        Assert.Equal([200, 429], later);
    }

    [Fact]
    public async Task Every_endpoint_counts_for_the_key()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Callers.RequestsPerSecondPerKey = 3, clock);
        OlderClient older = new(edge, Blog.Schema);

        Reply[] replies =
        [
            await edge.PostAsync("/invalidate", """{"tags":"all"}"""),
            await Reply.OfAsync(edge.Http, HttpMethod.Get, "/connection-info", null),
            await older.UploadAsync(),
            await edge.PostAsync("/transaction/start", """{"maxWait":1000,"timeout":1000}"""),
            await edge.QueryAsync(Query),
            await older.PostAsync(older.Root + "/transaction/start", """{"max_wait":1000,"timeout":1000}"""),
            await edge.PostAsync("/invalidate", """{"tags":"all"}"""),
        ];

        Assert.Equal([200, 200, 200, 200, 200, 200, 429], replies.Select(reply => reply.Status));
        Assert.Equal(200, (await Reply.OfAsync(edge.Http, HttpMethod.Get, "/health", null)).Status);
    }

    [Fact]
    public async Task Requests_of_a_key_in_flight_are_bounded_and_do_not_touch_another_key()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Callers.MaxRequestsPerKey = 2);
        edge.Instances.Wake = new TaskCompletionSource();
        using HttpClient neighbour = edge.NewClient(edge.Keys.Add(edge.Id));
        Task<Reply>[] held = [edge.QueryAsync(Query), edge.QueryAsync(Query)];
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 2);

        Reply third = await edge.QueryAsync(Query);
        Task<Reply> neighbours = Reply.OfAsync(neighbour, HttpMethod.Post, "/query", Query);
        edge.Instances.Wake.SetResult();

        Assert.Equal((429, "P5011", "1"), (third.Status, third.Code, third.Header("Retry-After")));
        Assert.Contains("2 requests of this API key", third.Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll([.. held, neighbours]), reply => Assert.Equal(200, reply.Status));
        await Eventually.EqualAsync(0, () => edge.Service<Admission>().InFlight);
    }

    [Fact]
    public async Task An_address_that_sends_too_fast_is_429_whatever_its_keys_and_another_is_not()
    {
        await using EdgeHost edge = await StartBehindProxyAsync(limits => limits.RequestsPerSecondPerAddress = 2);
        using HttpClient otherKey = edge.NewClient(edge.Keys.Add(edge.Id));

        int[] first = await StatusesAsync(4, () => FromAsync(edge.Http, "198.51.100.1"));
        Reply refused = await FromAsync(otherKey, "198.51.100.1");

        Assert.Equal([200, 200, 200, 200], first);
        Assert.Equal((429, "P5011", "1"), (refused.Status, refused.Code, refused.Header("Retry-After")));
        Assert.Contains("Your address sends more than the 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await FromAsync(edge.Http, "198.51.100.2")).Status);
        // This machine itself.
        Assert.All(await StatusesAsync(10, () => edge.QueryAsync(Query)), status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task Requests_of_an_address_in_flight_are_bounded()
    {
        await using EdgeHost edge = await StartBehindProxyAsync(limits => limits.MaxRequestsPerAddress = 1);
        edge.Instances.Wake = new TaskCompletionSource();
        Task<Reply> held = FromAsync(edge.Http, "2001:db8:1:2::1");
        await Eventually.TrueAsync(() => edge.Service<Admission>().InFlight == 1);

        Reply second = await FromAsync(edge.Http, "2001:db8:1:2::ffff");
        Task<Reply> neighbours = FromAsync(edge.Http, "2001:db8:1:3::1");
        edge.Instances.Wake.SetResult();

        Assert.Equal((429, "P5011"), (second.Status, second.Code));
        Assert.Contains("1 requests of your address", second.Message, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(held, neighbours), reply => Assert.Equal(200, reply.Status));
        // An answer is at its client a moment before its request is over here.
        await Eventually.EqualAsync(0, () => edge.Service<Admission>().InFlight);
        Assert.Equal(200, (await FromAsync(edge.Http, "2001:db8:1:2::1")).Status);
    }

    [Fact]
    public async Task An_address_that_guesses_keys_is_not_looked_up_any_more_and_keys_in_use_go_on()
    {
        await using EdgeHost edge = await StartBehindProxyAsync(limits => limits.FailedKeysPerMinute = 3);
        const string Address = "198.51.100.1";
        Assert.Equal(200, (await FromAsync(edge.Http, Address)).Status);
        string unused = edge.Keys.Add(edge.Id);
        using HttpClient rightButUnused = edge.NewClient(unused);

        int[] guesses = await StatusesAsync(5, () => GuessAsync(edge, Address));
        int lookUps = edge.Keys.LookUps.Count;
        Reply refused = await GuessAsync(edge, Address);
        Reply cold = await FromAsync(rightButUnused, Address);

        Assert.Equal([401, 401, 401, 429, 429], guesses);
        Assert.Equal((429, "P5011", "10"), (refused.Status, refused.Code, refused.Header("Retry-After")));
        Assert.Equal(429, cold.Status);
        Assert.Equal(lookUps, edge.Keys.LookUps.Count);
        Assert.Equal(200, (await FromAsync(edge.Http, Address)).Status);
        Assert.Equal(401, (await GuessAsync(edge, "198.51.100.2")).Status);

        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await FromAsync(rightButUnused, Address)).Status);
        int[] later = await StatusesAsync(2, () => GuessAsync(edge, Address));
        Assert.Equal([401, 429], later);
    }

    [Fact]
    public async Task A_header_of_somebody_who_is_not_trusted_changes_nothing()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Callers.RequestsPerSecondPerAddress = 1, clock);

        Assert.All(await StatusesAsync(5, () => FromAsync(edge.Http, "198.51.100.1")), status => Assert.Equal(200, status));
    }

    [Fact]
    public async Task Older_clients_are_told_in_the_form_that_lets_them_repeat_what_was_not_begun()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(options => options.Callers.RequestsPerSecondPerKey = 1, clock, Blog.Script);
        OlderClient client = await Blog.ClientAsync(edge);
        Assert.Equal(200, (await client.QueryAsync(Blog.CreateAuthor(3, "Cat"))).Status);

        Reply refused = await client.QueryAsync(Blog.CreateAuthor(4, "Dan"));

        Assert.Equal((429, "P5011"), (refused.Status, refused.Code));
        Assert.False(refused.Json.TryGetProperty("is_panic", out _));
        Assert.Equal("3", await edge.AskAsync("""SELECT count(*) FROM "Author" """));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("198.51.100.1")]
    [InlineData("2001:db8::1")]
    public void Counting_a_request_of_a_known_caller_allocates_nothing(string address)
    {
        var options = new EdgeOptions { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] };
        var addresses = new AddressLimits(options, new TrustedProxies(options), TimeProvider.System);
        var admission = new Admission(options, addresses, new DatabaseLoads(), TimeProvider.System);
        var grant = new KeyGrant(DatabaseId.New(), ConnectionId.New());
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        Count(10);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Count(1_000);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(0, admission.InFlight);

        void Count(int requests)
        {
            for (var i = 0; i < requests; i++)
            {
                Caller? caller = addresses.Find(context);
                addresses.CountRequest(caller);
                Assert.True(addresses.MayGuess(caller));
                using Admission.Ticket ticket = admission.Enter(context, grant);
            }
        }
    }

    [Fact]
    public async Task Sockets_of_one_address_are_bounded_before_anything_is_read_from_them()
    {
        var options = new EdgeOptions { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] };
        options.Callers.MaxConnectionsPerAddress = 2;
        var addresses = new AddressLimits(options, new TrustedProxies(options), clock);
        var open = new TaskCompletionSource();
        List<Task> connections = [];

        bool Connect(string address)
        {
            var connection = new DefaultConnectionContext("c") { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1) };
            var isServed = false;
            connections.Add(
                ConnectionLimit.CountedAsync(
                    connection,
                    _ =>
                    {
                        isServed = true;
                        return open.Task;
                    },
                    addresses
                )
            );
            return isServed && !connection.ConnectionClosed.IsCancellationRequested;
        }

        Assert.True(Connect("198.51.100.1"));
        Assert.True(Connect("198.51.100.1"));
        Assert.False(Connect("198.51.100.1"));
        Assert.True(Connect("198.51.100.2"));
        Assert.All(Enumerable.Range(0, 5), _ => Assert.True(Connect("127.0.0.1") && Connect("::1") && Connect("10.1.2.3")));
        open.SetResult();
        await Task.WhenAll(connections);
        Assert.True(Connect("198.51.100.1"));
    }

    private Task<EdgeHost> StartBehindProxyAsync(Action<CallerLimitOptions> configure) =>
        EdgeHost.StartAsync(
            options =>
            {
                options.TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")];
                configure(options.Callers);
            },
            clock
        );

    private static Task<Reply> FromAsync(HttpClient client, string address) =>
        Reply.OfAsync(client, HttpMethod.Post, "/query", Query, ("X-Forwarded-For", address));

    private static async Task<Reply> GuessAsync(EdgeHost edge, string address)
    {
        using HttpClient guesser = edge.NewClient(Guid.NewGuid().ToString("N"));
        return await FromAsync(guesser, address);
    }

    private static async Task<int[]> StatusesAsync(int count, Func<Task<Reply>> ask)
    {
        var statuses = new int[count];
        for (var i = 0; i < count; i++)
        {
            statuses[i] = (await ask()).Status;
        }
        return statuses;
    }
}
