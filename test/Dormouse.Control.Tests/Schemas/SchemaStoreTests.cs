using System.Text;
using Dormouse.Contracts;
using Dormouse.Control.Databases;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Schemas;

public sealed class SchemaStoreTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schema_outlives_the_platform()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = await DatabaseAsync(control, "blog");
        (SchemaHash hash, byte[] text) = Schema("model A { id Int @id }");
        await control.Schemas.KeepAsync(id, hash, text, Cancelled);

        await using ControlUnderTest next = await control.RestartAsync();

        Assert.Equal(text, await next.Schemas.FindAsync(id, hash, Cancelled));
    }

    [Fact]
    public async Task A_schema_belongs_to_the_database_that_kept_it()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId owner = await DatabaseAsync(control, "owner");
        DatabaseId other = await DatabaseAsync(control, "other");
        (SchemaHash hash, byte[] text) = Schema("x");
        await control.Schemas.KeepAsync(owner, hash, text, Cancelled);

        Assert.Null(await control.Schemas.FindAsync(other, hash, Cancelled));
        Assert.Null(await control.Schemas.FindAsync(owner, Schema("y").Hash, Cancelled));
    }

    [Fact]
    public async Task Beyond_the_count_the_one_used_least_lately_goes()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = await DatabaseAsync(control, "blog");
        (SchemaHash Hash, byte[] Text)[] schemas = [.. Enumerable.Range(0, 4).Select(number => Schema($"schema {number}"))];
        foreach ((SchemaHash hash, byte[] text) in schemas[..3])
        {
            await control.Schemas.KeepAsync(id, hash, text, Cancelled);
            control.Time.Advance(TimeSpan.FromSeconds(1));
        }
        // A look-up and a note of use count alike.
        await control.Schemas.FindAsync(id, schemas[0].Hash, Cancelled);
        control.Time.Advance(TimeSpan.FromSeconds(1));
        await control.Schemas.TouchAsync(id, schemas[1].Hash, Cancelled);
        control.Time.Advance(TimeSpan.FromSeconds(1));

        await control.Schemas.KeepAsync(id, schemas[3].Hash, schemas[3].Text, Cancelled);

        bool[] kept = await Task.WhenAll(
            schemas.Select(async schema => await control.Schemas.FindAsync(id, schema.Hash, Cancelled) is not null)
        );
        Assert.Equal([true, true, false, true], kept);
    }

    [Fact]
    public async Task Beyond_the_bytes_too_and_the_newest_stays_whatever_its_size()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = await DatabaseAsync(control, "blog");
        DatabaseId other = await DatabaseAsync(control, "other");
        (SchemaHash Hash, byte[] Text) small = Schema(new string('a', 400));
        (SchemaHash Hash, byte[] Text) large = Schema(new string('b', 700));
        (SchemaHash Hash, byte[] Text) huge = Schema(new string('c', 5_000));
        await control.Schemas.KeepAsync(other, small.Hash, small.Text, Cancelled);
        await control.Schemas.KeepAsync(id, small.Hash, small.Text, Cancelled);
        control.Time.Advance(TimeSpan.FromSeconds(1));

        await control.Schemas.KeepAsync(id, large.Hash, large.Text, Cancelled);
        Assert.Null(await control.Schemas.FindAsync(id, small.Hash, Cancelled));
        control.Time.Advance(TimeSpan.FromSeconds(1));
        await control.Schemas.KeepAsync(id, huge.Hash, huge.Text, Cancelled);

        Assert.Null(await control.Schemas.FindAsync(id, large.Hash, Cancelled));
        Assert.Equal(huge.Text, await control.Schemas.FindAsync(id, huge.Hash, Cancelled));
        Assert.Equal(small.Text, await control.Schemas.FindAsync(other, small.Hash, Cancelled));
    }

    [Fact]
    public async Task The_same_schema_kept_by_many_at_once_is_one()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = await DatabaseAsync(control, "blog");
        (SchemaHash hash, byte[] text) = Schema("x");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => control.Schemas.KeepAsync(id, hash, text, Cancelled)));

        Assert.Equal(1, await control.QueryStoreAsync<long>("select count(*) from dormouse.prisma_schemas"));
    }

    [Fact]
    public async Task A_deleted_database_leaves_no_schemas_and_takes_none()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId id = await DatabaseAsync(control, "blog");
        (SchemaHash hash, byte[] text) = Schema("x");
        await control.Schemas.KeepAsync(id, hash, text, Cancelled);

        await control.Databases.DeleteAsync(id, Cancelled);

        Assert.Equal(0, await control.QueryStoreAsync<long>("select count(*) from dormouse.prisma_schemas"));
        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.Schemas.KeepAsync(id, hash, text, Cancelled));
        Assert.Equal(FailureKind.NotFound, failure.Kind);
    }

    private static (SchemaHash Hash, byte[] Text) Schema(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return (SchemaHash.Of(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes))), bytes);
    }

    private static async Task<DatabaseId> DatabaseAsync(ControlUnderTest control, string name)
    {
        var created = await control.Databases.CreateAsync(name, null, null, Cancelled);
        return created.Database.Id;
    }
}
