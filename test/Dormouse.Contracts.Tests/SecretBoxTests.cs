using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Contracts.Tests;

public sealed class SecretBoxTests
{
    private static SecretBox BoxWith(params uint[] ids) => new(ids.ToDictionary(id => id, id => SHA256.HashData([(byte)id])));

    [Fact]
    public void What_was_sealed_opens_again_also_after_a_key_was_added()
    {
        byte[] sealedSecret = BoxWith(1).Seal("hush"u8, "role"u8);
        Assert.Equal("hush", Encoding.UTF8.GetString(BoxWith(1, 2).Open(sealedSecret, "role"u8)));
    }

    [Fact]
    public void Another_purpose_cannot_open_it() =>
        Assert.Throws<AuthenticationTagMismatchException>(() => BoxWith(1).Open(BoxWith(1).Seal("hush"u8, "role"u8), "backup"u8));

    [Fact]
    public void Every_changed_byte_is_noticed()
    {
        byte[] sealedSecret = BoxWith(1).Seal("hush"u8, "role"u8);
        for (var i = 0; i < sealedSecret.Length; i++)
        {
            var changed = (byte[])sealedSecret.Clone();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => BoxWith(1).Open(changed, "role"u8));
        }
    }

    [Fact]
    public void Every_prefix_is_refused()
    {
        byte[] sealedSecret = BoxWith(1).Seal("hush"u8, "role"u8);
        for (var length = 0; length < sealedSecret.Length; length++)
        {
            Assert.ThrowsAny<CryptographicException>(() => BoxWith(1).Open(sealedSecret.AsSpan(0, length), "role"u8));
        }
    }
}
