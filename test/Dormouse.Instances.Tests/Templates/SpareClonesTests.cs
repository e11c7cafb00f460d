using Dormouse.Contracts;
using Dormouse.Instances.Host;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Templates;

public sealed class SpareClonesTests : IDisposable
{
    private readonly TestDataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Spares_are_made_after_the_second_database_and_not_more_than_wanted()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        SpareClones spares = New(2);

        spares.Refill(template);
        await spares.StopAsync();
        Assert.Null(spares.TryTake(template, DatabaseId.New()));

        spares = New(2);
        spares.Refill(template);
        spares.Refill(template);
        await Eventually.EqualAsync(2, () => spares.Count);
        await spares.StopAsync();
        SpareClone spare = spares.TryTake(template, DatabaseId.New())!;
        Assert.NotEqual(spare.DataPath, spares.TryTake(template, DatabaseId.New())!.DataPath);
        Assert.Null(spares.TryTake(template, DatabaseId.New()));
        Assert.Equal(Count(template.DataPath), Count(spare.DataPath));
        Assert.Equal(HostUsers.CanChoose, spare.Uid is not null);
    }

    [Fact]
    public async Task Spares_of_another_image_are_not_given()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        SpareClones spares = New(1);
        spares.Refill(template);
        spares.Refill(template);
        await Eventually.EqualAsync(1, () => spares.Count);

        Assert.Null(spares.TryTake(template with { Digest = "another" }, DatabaseId.New()));
    }

    [Fact]
    public async Task A_copy_that_fails_harms_nobody_and_the_next_database_tries_again()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        SpareClones spares = New(1);
        await File.WriteAllTextAsync(folder.Combine("spares"), "in the way", TestContext.Current.CancellationToken);
        spares.Refill(template);
        spares.Refill(template);
        Assert.Equal(0, spares.Count);

        File.Delete(folder.Combine("spares"));
        await Eventually.TrueAsync(() =>
        {
            spares.Refill(template);
            return spares.Count == 1;
        });
    }

    [Fact]
    public async Task Databases_made_from_spares_are_each_their_own_and_what_is_left_goes_at_the_next_start()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId[] ids = [await host.CreateAsync(), await host.CreateAsync()];
        await Eventually.TrueAsync(() => SparesOf(host).Length == host.Options.SparesMax);

        DatabaseId third = await host.CreateAsync();
        await host.QueryAsync(third, "CREATE TABLE mine (id int)");

        int?[] users = [.. ids.Append(third).Select(id => host.Lifecycle.RecordOf(id).Uid)];
        Assert.Equal(HostUsers.CanChoose ? 3 : 1, users.Distinct().Count());
        Assert.Equal("0", await host.QueryAsync(ids[0], "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"));
        await using TestHost next = await host.SucceedAsync();
        Assert.Empty(SparesOf(next));
        Assert.Equal("1", await next.QueryAsync(third, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"));
    }

    private static UserNumbers? Users => HostUsers.CanChoose ? new UserNumbers(HostUsers.Template!.Value + 5) : null;

    private SpareClones New(int max) => new(TestImage.Templates, folder.Combine("spares"), Users, max, NullLogger<SpareClones>.Instance);

    private static string[] SparesOf(TestHost host) =>
        Directory.Exists(host.Folder.Combine("spares"))
            ?
            [
                .. Directory
                    .GetDirectories(host.Folder.Combine("spares"))
                    .Where(path => !path.EndsWith(TemplateStore.CloningSuffix, StringComparison.Ordinal)),
            ]
            : [];

    private static int Count(string data) => Directory.GetFiles(data, "*", SearchOption.AllDirectories).Length;
}
